package io.millrace.websocket.session;

import io.millrace.storage.TopicPartition;
import io.millrace.websocket.delivery.Cursor;
import io.millrace.websocket.protocol.ResumeToken;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes resume tokens. Followers of the same partitions that are all up to date stand at the same positions, so the last token is kept
 * and mostly answers the next question. Belongs to one event loop.
 */
final class TokenWriter {

    private TopicPartition[] lastPartitions = {};
    private long[] lastPlaces = {};
    private TopicPartition[] names = {};
    private long[] places = {};
    private String lastToken;

    /** The token of a subscription whose cursors are these, in the order of {@code TopicSelector.order()}. */
    String token(List<Cursor> cursors) {
        int size = cursors.size();
        if (names.length != size) {
            names = new TopicPartition[size];
            places = new long[2 * size];
        }
        for (int i = 0; i < size; i++) {
            Cursor cursor = cursors.get(i);
            names[i] = cursor.partition();
            places[2 * i] = cursor.position();
            places[2 * i + 1] = cursor.leaderEpoch();
        }
        if (lastToken == null || !Arrays.equals(places, lastPlaces) || !Arrays.equals(names, lastPartitions)) {
            lastPartitions = names.clone();
            lastPlaces = places.clone();
            lastToken = encode();
        }
        return lastToken;
    }

    private String encode() {
        List<ResumeToken.TopicPositions> topics = new ArrayList<>(1);
        int i = 0;
        while (i < lastPartitions.length) {
            TopicPartition first = lastPartitions[i];
            List<ResumeToken.Position> positions = new ArrayList<>();
            for (; i < lastPartitions.length && lastPartitions[i].topicId().equals(first.topicId()); i++) {
                positions.add(new ResumeToken.Position(
                        lastPartitions[i].partition(), lastPlaces[2 * i], (int) lastPlaces[2 * i + 1]));
            }
            topics.add(new ResumeToken.TopicPositions(first.topicId(), ResumeToken.nameHash(first.topic()), positions));
        }
        return new ResumeToken(topics).encode();
    }
}
