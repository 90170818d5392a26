package io.millrace.cluster.partition;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.simulation.SimLinks;
import io.millrace.cluster.simulation.SimWorld;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.batch.BatchHeader;
import java.nio.ByteBuffer;
import java.util.List;

/** Reads from whoever leads, one request at a time, and compares with what is committed. */
final class SimConsumer {

    private static final String PLACE = "consumer";
    private static final int WAIT_MS = 60;
    private static final int TIMEOUT_MS = 250;

    private final SimWorld world;
    private final SimLinks links;
    private final SimController controller;
    private final List<SimReplica> nodes;
    private final TopicPartition key;
    private final ReplicaInvariants invariants;
    private long position;
    private int attempt;

    SimConsumer(
            SimWorld world,
            SimLinks links,
            SimController controller,
            List<SimReplica> nodes,
            TopicPartition key,
            ReplicaInvariants invariants) {
        this.world = world;
        this.links = links;
        this.controller = controller;
        this.nodes = nodes;
        this.key = key;
        this.invariants = invariants;
    }

    long position() {
        return position;
    }

    void poll() {
        int mine = ++attempt;
        world.after(TIMEOUT_MS, PLACE, () -> again(mine));
        int leader = controller.leader();
        SimReplica target = nodes.get(leader < 0 ? mine % nodes.size() : leader - 1);
        String there = SimController.place(target.id());
        FetchCommand.FetchPartition wanted = new FetchCommand.FetchPartition(key, position, 1_000, -1);
        FetchCommand command = new FetchCommand(List.of(wanted), WAIT_MS, 1, 1_000, Isolation.READ_UNCOMMITTED);
        links.sendOnce(PLACE, there, () -> {
            SimReplica.Life life = target.life();
            if (life == null) {
                return;
            }
            life.process.run(() -> life.service.fetch(command).onSuccess(answer -> {
                if (life.process.isAlive()) {
                    FetchedPartition fetched = answer.get(0);
                    ByteBuffer records = SentAnswers.bytes(fetched.records());
                    invariants.check(() -> invariants.history().requireRead("node " + target.id(), records));
                    links.sendOnce(there, PLACE, () -> take(mine, fetched, records));
                }
            }));
        });
    }

    private void take(int mine, FetchedPartition fetched, ByteBuffer records) {
        if (mine != attempt) {
            return;
        }
        for (int at = 0; at < records.limit(); at += BatchHeader.sizeBytes(records, at)) {
            position = BatchHeader.lastOffset(records, at) + 1;
        }
        if (fetched.error() == ErrorCode.OFFSET_OUT_OF_RANGE
                && fetched.offsets() != null
                && fetched.offsets().logStartOffset() > position) {
            position = fetched.offsets().logStartOffset();
        }
        again(mine);
    }

    private void again(int mine) {
        if (mine == attempt) {
            attempt++;
            world.after(5, PLACE, this::poll);
        }
    }
}
