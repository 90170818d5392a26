package io.millrace.cluster.partition;

import io.millrace.cluster.replication.ReplicaFetchRequest;
import io.millrace.cluster.replication.ReplicaFetchResponse;
import io.millrace.cluster.simulation.SimLinks;
import io.millrace.cluster.simulation.SimWorld;
import io.millrace.storage.batch.BatchHeader;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Carries the requests of followers, and sometimes damages what comes back. */
final class SimFetchNetwork {

    private static final long ANSWER_TIMEOUT_MS = 200;

    private final SimWorld world;
    private final SimLinks links;
    private final Map<Integer, SimReplica> nodes = new TreeMap<>();
    private final Random random;
    private double damageProbability;

    SimFetchNetwork(SimWorld world, SimLinks links) {
        this.world = world;
        this.links = links;
        this.random = world.random("damage");
    }

    void add(SimReplica node) {
        nodes.put(node.id(), node);
    }

    void damageProbability(double probability) {
        damageProbability = probability;
    }

    Future<ReplicaFetchResponse<ByteBuffer>> fetch(SimReplica from, int to, ReplicaFetchRequest request) {
        SimReplica.Life asking = from.life();
        Promise<ReplicaFetchResponse<ByteBuffer>> promise = Promise.promise();
        String here = SimController.place(from.id());
        String there = SimController.place(to);
        if (asking == null) {
            return promise.future();
        }
        asking.process.after(
                ANSWER_TIMEOUT_MS + request.maxWaitMs(), () -> promise.tryFail(new IOException("no answer")));
        links.send(here, there, () -> {
            SimReplica.Life asked = nodes.get(to).life();
            if (asked == null) {
                links.send(there, here, () -> asking.process.run(() -> promise.tryFail(new IOException("refused"))));
                return;
            }
            asked.process.run(() -> asked.service.fetch(request).onSuccess(answer -> {
                ReplicaFetchResponse<ByteBuffer> copy = SentAnswers.copy(answer, this::perhapsDamaged);
                if (asked.process.isAlive()) {
                    links.send(there, here, () -> asking.process.run(() -> promise.tryComplete(copy)));
                }
            }));
        });
        return promise.future();
    }

    /** Every other time in a part of the first header that no checksum covers: offset, length, leader epoch. */
    private ByteBuffer perhapsDamaged(ByteBuffer records) {
        if (records.hasRemaining() && random.nextDouble() < damageProbability) {
            int at = random.nextInt(random.nextBoolean() ? BatchHeader.CHECKED_FROM : records.limit());
            records.put(at, (byte) (records.get(at) ^ 1 << random.nextInt(8)));
        }
        return records;
    }
}
