package io.millrace.cluster.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.VoteRequestData;
import org.apache.kafka.raft.RaftMessage;
import org.apache.kafka.raft.RaftMessageQueue;
import org.apache.kafka.raft.RaftRequest;
import org.junit.jupiter.api.Test;

class PatientQueueTest {

    private final List<Long> waits = new ArrayList<>();
    private RaftMessage next;

    private final PatientQueue queue = new PatientQueue(new RaftMessageQueue() {
        @Override
        public RaftMessage poll(long timeoutMs) {
            waits.add(timeoutMs);
            return next;
        }

        @Override
        public void add(RaftMessage message) {}

        @Override
        public boolean isEmpty() {
            return true;
        }

        @Override
        public void wakeup() {}
    });

    @Test
    void whoLooksAgainAndAgainWithoutAWaitIsMadeToWait() {
        for (int i = 0; i < 12; i++) {
            queue.poll(0);
        }
        assertThat(waits.subList(0, 10)).containsOnly(0L);
        assertThat(waits.subList(10, 12)).containsOnly(10L);
    }

    @Test
    void aMessageOrAWaitEndsTheImpatience() {
        for (int i = 0; i < 11; i++) {
            queue.poll(0);
        }
        next = new RaftRequest.Inbound(QuorumProtocol.LISTENER, 1, (short) 2, new VoteRequestData(), 0);
        assertThat(queue.poll(0)).isSameAs(next);
        next = null;
        waits.clear();
        queue.poll(0);
        queue.poll(300);
        assertThat(waits).containsExactly(0L, 300L);
    }
}
