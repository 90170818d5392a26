package io.millrace.websocket.session;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.delivery.Cursor;
import io.millrace.websocket.protocol.ResumeToken;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * Makes resume tokens. Followers of one topic that are all up to date stand at the same positions, so the last token is kept and
 * mostly answers the next question. Belongs to one event loop.
 */
final class TokenWriter {

    private final PartitionService partitions;
    private UUID lastTopicId;
    private long[] lastPlaces = {};
    private long[] places = {};
    private String lastToken;

    TokenWriter(PartitionService partitions) {
        this.partitions = partitions;
    }

    /** The token of a stream whose cursors are these, in ascending order of partitions. */
    String token(UUID topicId, List<Cursor> cursors) {
        int size = cursors.size() * 3;
        if (places.length != size) {
            places = new long[size];
        }
        for (int i = 0; i < cursors.size(); i++) {
            Cursor cursor = cursors.get(i);
            places[3 * i] = cursor.partition().partition();
            places[3 * i + 1] = cursor.position();
            places[3 * i + 2] = leaderEpoch(cursor.partition());
        }
        if (!topicId.equals(lastTopicId) || !Arrays.equals(places, lastPlaces)) {
            lastTopicId = topicId;
            lastPlaces = places.clone();
            lastToken = encode();
        }
        return lastToken;
    }

    private String encode() {
        List<ResumeToken.Position> positions = new ArrayList<>(lastPlaces.length / 3);
        for (int i = 0; i < lastPlaces.length; i += 3) {
            positions.add(new ResumeToken.Position((int) lastPlaces[i], lastPlaces[i + 1], (int) lastPlaces[i + 2]));
        }
        return new ResumeToken(List.of(new ResumeToken.TopicPositions(lastTopicId, positions))).encode();
    }

    private int leaderEpoch(TopicPartition partition) {
        try {
            return partitions.offsets(partition).leaderEpoch();
        } catch (MillraceException e) {
            // Gone or moved: whoever resumes with this token learns it then.
            return 0;
        }
    }
}
