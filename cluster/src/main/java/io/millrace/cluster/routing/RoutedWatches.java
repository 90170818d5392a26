package io.millrace.cluster.routing;

import io.millrace.cluster.partition.ReplicaReader;
import io.millrace.cluster.partition.Watch;
import io.millrace.storage.TopicPartition;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Watches that stay, wherever the partition is read: each hangs on the replica of this node or on the remote partition, and is hung over
 * when that changes. Thread-safe.
 */
final class RoutedWatches {

    private final RoutedPartitionService service;
    private final ReplicaReader replicas;
    private final RemotePartitions remotes;
    private final Map<TopicPartition, Set<Routed>> byPartition = new ConcurrentHashMap<>();

    RoutedWatches(RoutedPartitionService service, ReplicaReader replicas, RemotePartitions remotes) {
        this.service = service;
        this.replicas = replicas;
        this.remotes = remotes;
    }

    /** See {@link io.millrace.cluster.partition.PartitionService#watch}. */
    Watch watch(TopicPartition key, long position, Runnable listener) {
        Routed routed = new Routed(key, position, listener);
        byPartition.compute(key, (same, present) -> {
            Set<Routed> all = present == null ? ConcurrentHashMap.newKeySet() : present;
            all.add(routed);
            return all;
        });
        routed.hang();
        if (!service.exists(key)) {
            listener.run();
        }
        return routed;
    }

    /** After a new image: hangs over what is read elsewhere now, and has those look who follow what is gone or has another leader. */
    void rearrange() {
        byPartition.forEach((key, all) -> {
            boolean gone = !service.exists(key);
            for (Routed routed : all) {
                if (gone) {
                    routed.listener.run();
                } else {
                    routed.hang();
                }
            }
        });
    }

    private final class Routed implements Watch {

        private final TopicPartition key;
        private final long position;
        private final Runnable listener;

        // Guarded by this.
        private Watch present;
        private boolean onReplica;
        private int leaderEpoch;
        private boolean cancelled;

        Routed(TopicPartition key, long position, Runnable listener) {
            this.key = key;
            this.position = position;
            this.listener = listener;
        }

        /** Hangs on what the partition is read from at present. */
        void hang() {
            Watch before;
            synchronized (this) {
                boolean toReplica = service.isReadHere(key);
                int epoch = service.leaderEpoch(key);
                boolean newLeader = present != null && epoch > leaderEpoch;
                leaderEpoch = epoch;
                if (cancelled || present != null && toReplica == onReplica && !newLeader) {
                    return;
                }
                before = present;
                // The listener may be called in here; it returns at once and takes no lock of ours.
                present = toReplica ? replicas.watch(key, position, listener) : remotes.watch(key, position, listener);
                onReplica = toReplica;
            }
            if (before != null) {
                before.cancel();
                listener.run();
            }
        }

        @Override
        public void cancel() {
            Watch last;
            synchronized (this) {
                cancelled = true;
                last = present;
                present = null;
            }
            if (last != null) {
                last.cancel();
            }
            byPartition.computeIfPresent(key, (same, all) -> {
                all.remove(this);
                return all.isEmpty() ? null : all;
            });
        }
    }
}
