package io.millrace.server.kafka.handler;

import io.millrace.cluster.session.FetchSession;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchResponse;

/**
 * What one client wants of which partitions, in the order in which it is served, and what it was told of each. Those that had records go
 * to the end, so that none starves when an answer is full. Thread-safe.
 */
final class ClientFetchSession extends FetchSession {

    /**
     * A partition as the client names it; it need not exist.
     *
     * @param topicId zero when topics are named
     * @param topic empty when topics have ids
     */
    private record Key(Uuid topicId, String topic, int partition) {

        static Key of(boolean byId, Uuid id, String name, int partition) {
            return new Key(byId ? id : Uuid.ZERO_UUID, byId || name == null ? "" : name, partition);
        }
    }

    private static final class Wanted {
        private static final long NOTHING = -2;

        private FetchPartition asked;
        private long toldHighWatermark = NOTHING;
        private long toldLogStart = NOTHING;

        Wanted(FetchPartition asked) {
            this.asked = asked;
        }

        /** Notes what an answer says, and returns whether the client does not know it already. */
        boolean tell(PartitionData row) {
            boolean isError = row.errorCode() != Errors.NONE.code();
            boolean isNews = isError
                    || FetchResponse.recordsSize(row) > 0
                    || FetchResponse.isPreferredReplica(row)
                    || row.highWatermark() != toldHighWatermark
                    || row.logStartOffset() != toldLogStart;
            // After an error everything is news.
            toldHighWatermark = isError ? NOTHING : row.highWatermark();
            toldLogStart = isError ? NOTHING : row.logStartOffset();
            return isNews;
        }
    }

    private final boolean byId;
    private final AtomicLong allPartitions;
    private final Map<Key, Wanted> partitions = new LinkedHashMap<>();
    private boolean ended;

    /** @param allPartitions how many partitions all sessions together remember; kept up to date */
    ClientFetchSession(Object owner, boolean byId, AtomicLong allPartitions) {
        super(owner);
        this.byId = byId;
        this.allPartitions = allPartitions;
    }

    boolean isById() {
        return byId;
    }

    @Override
    protected synchronized int weight() {
        return partitions.size();
    }

    /** Takes over what a request says. */
    synchronized void update(List<FetchTopic> wanted, List<ForgottenTopic> forgotten) {
        if (ended) {
            return;
        }
        int before = partitions.size();
        for (FetchTopic topic : wanted) {
            for (FetchPartition partition : topic.partitions()) {
                Key key = Key.of(byId, topic.topicId(), topic.topic(), partition.partition());
                partitions.computeIfAbsent(key, added -> new Wanted(partition)).asked = partition;
            }
        }
        for (ForgottenTopic topic : forgotten) {
            for (int partition : topic.partitions()) {
                partitions.remove(Key.of(byId, topic.topicId(), topic.topic(), partition));
            }
        }
        allPartitions.addAndGet(partitions.size() - before);
    }

    synchronized boolean isEmpty() {
        return partitions.isEmpty();
    }

    /** Everything that is wanted, as a request would name it. */
    synchronized List<FetchTopic> wanted() {
        List<FetchTopic> topics = new ArrayList<>();
        FetchTopic last = null;
        for (Map.Entry<Key, Wanted> each : partitions.entrySet()) {
            Key key = each.getKey();
            boolean same =
                    last != null && last.topicId().equals(key.topicId()) && Objects.equals(last.topic(), key.topic());
            if (!same) {
                last = new FetchTopic().setTopicId(key.topicId()).setTopic(key.topic());
                topics.add(last);
            }
            last.partitions().add(each.getValue().asked);
        }
        return topics;
    }

    /** Notes what an answer tells. Returns the rows of it that are news. */
    synchronized List<FetchableTopicResponse> tell(List<FetchableTopicResponse> rows) {
        List<FetchableTopicResponse> news = new ArrayList<>();
        List<Key> served = new ArrayList<>();
        for (FetchableTopicResponse topic : rows) {
            List<PartitionData> kept = new ArrayList<>();
            for (PartitionData row : topic.partitions()) {
                Key key = Key.of(byId, topic.topicId(), topic.topic(), row.partitionIndex());
                Wanted wanted = partitions.get(key);
                // What was forgotten while this was read is told to nobody, unless it has records: somebody closes
                // them.
                if (wanted == null ? FetchResponse.recordsSize(row) > 0 : wanted.tell(row)) {
                    kept.add(row);
                }
                if (wanted != null && FetchResponse.recordsSize(row) > 0) {
                    served.add(key);
                }
            }
            if (!kept.isEmpty()) {
                news.add(new FetchableTopicResponse()
                        .setTopic(topic.topic())
                        .setTopicId(topic.topicId())
                        .setPartitions(kept));
            }
        }
        served.forEach(key -> partitions.put(key, partitions.remove(key)));
        return news;
    }

    @Override
    protected synchronized void end() {
        if (!ended) {
            ended = true;
            allPartitions.addAndGet(-partitions.size());
            partitions.clear();
        }
    }
}
