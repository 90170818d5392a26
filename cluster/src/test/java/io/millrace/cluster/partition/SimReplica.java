package io.millrace.cluster.partition;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.cluster.replication.Replication;
import io.millrace.cluster.replication.ReplicationConfig;
import io.millrace.cluster.simulation.SimProcess;
import io.millrace.cluster.simulation.SimStorageThreads;
import io.millrace.cluster.simulation.SimWorld;
import io.millrace.storage.LogManager;
import io.millrace.storage.StorageConfig;
import io.millrace.storage.StorageMetrics;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.compaction.BatchRewriter;
import io.millrace.storage.crash.disk.CrashDisk;
import io.millrace.storage.crash.disk.DiskOperation.Kind;
import io.millrace.storage.crash.disk.Faults;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** One node of a simulation: a disk, and one life after the other on it, with the real storage and the real partition service. */
final class SimReplica {

    static final ReplicationConfig REPLICATION = new ReplicationConfig(2, 400, 40, 60, 4_000, 2_000, 1 << 30, 5, 40);

    private static final Path DIRECTORY = Path.of("/data");
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(CrashDisk.NOW_MS), ZoneOffset.UTC);
    private static final long HEARTBEAT_MS = 100;
    private static final long EXPIRE_MS = 50;
    private static final long IN_SYNC_MS = 130;
    private static final long HIGH_WATERMARK_MS = 450;
    private static final long RETENTION_MS = 350;
    private static final long CHECKPOINT_MS = 500;

    /** How long a process goes on whose disk failed. */
    private static final long OFFLINE_MS = 60;

    private final int id;
    private final SimWorld world;
    private final SimController controller;
    private final SimFetchNetwork network;
    private final long tailCacheBytes;
    private CrashDisk disk = new CrashDisk();
    private Life life;
    private int lives;
    private boolean forcesFail;

    /** Whether no life on this disk knows of its registration. */
    private boolean blank = true;

    SimReplica(int id, SimWorld world, SimController controller, SimFetchNetwork network, long tailCacheBytes) {
        this.id = id;
        this.world = world;
        this.controller = controller;
        this.network = network;
        this.tailCacheBytes = tailCacheBytes;
    }

    /** From a start to a crash. */
    final class Life {
        final int number = ++lives;
        private final CrashDisk own = disk;
        private boolean ended;
        final SimProcess process = new SimProcess(world, SimController.place(id), () -> !ended && !own.isDead());
        private final LogManager logs;
        final LocalPartitionService service;
        private ClusterImage image;
        private long brokerEpoch = -1;

        Life() throws IOException {
            StorageConfig storage =
                    new StorageConfig(DIRECTORY, 1, 1, 10_000, 64L << 20, tailCacheBytes, 0, CHECKPOINT_MS, 86_400_000);
            logs = LogManager.open(
                    storage,
                    CLOCK,
                    StorageMetrics.NONE,
                    RecordBatches::firstAtOrAfter,
                    BatchRewriter.NONE,
                    own,
                    new SimStorageThreads(process));
            service = new LocalPartitionService(
                    new SimRequestThreads(process),
                    own,
                    new ClusterConfig(id, null, storage, 1, true, Map.of(), 100, 1 << 20),
                    logs,
                    () -> image,
                    new Replication(
                            REPLICATION,
                            proposal -> controller.alter(id, brokerEpoch, proposal),
                            (leader, lane, request) -> network.fetch(SimReplica.this, leader, request),
                            process::after,
                            world::milliseconds,
                            () -> brokerEpoch));
            logs.onOffline(failure -> {
                service.failAll(new MillraceException(ErrorCode.KAFKA_STORAGE_ERROR, failure.getMessage(), failure));
                // The metadata log lies in the same directory: the process ends.
                process.after(OFFLINE_MS, own::die);
            });
            every(HEARTBEAT_MS, this::register);
            every(EXPIRE_MS, service::expireDelayed);
            every(IN_SYNC_MS, service::checkInSync);
            every(HIGH_WATERMARK_MS, service::checkpointHighWatermarks);
            every(RETENTION_MS, service::applyRetention);
            process.after(0, this::register);
        }

        private void every(long intervalMs, Runnable task) {
            process.after(intervalMs, () -> {
                task.run();
                every(intervalMs, task);
            });
        }

        private void register() {
            if (brokerEpoch >= 0) {
                controller.heartbeat(id, number, image == null ? -1 : image.version());
            } else {
                controller.register(
                        id,
                        number,
                        blank,
                        epoch -> process.run(() -> {
                            brokerEpoch = epoch;
                            // Written down, in a real node.
                            blank = false;
                        }));
            }
        }

        void hear(ClusterImage next) {
            if (image == null || next.version() > image.version()) {
                image = next;
                service.apply(next);
            }
        }

        long brokerEpoch() {
            return brokerEpoch;
        }

        /** Stops in order. */
        private void close() {
            service.checkpointHighWatermarks();
            service.close();
            logs.close();
        }
    }

    int id() {
        return id;
    }

    /** Null while it is down. */
    Life life() {
        return life;
    }

    boolean isUp() {
        return life != null;
    }

    boolean isAlive() {
        return life != null && life.process.isAlive();
    }

    /** Whether its disk is another one than the controller may believe. */
    boolean isBlank() {
        return blank;
    }

    /** Whether its disk has not failed. */
    boolean isOnline() {
        return life != null && life.logs.isOnline();
    }

    CrashDisk disk() {
        return disk;
    }

    int lives() {
        return lives;
    }

    void hear(ClusterImage image) {
        if (life != null) {
            Life present = life;
            present.process.run(() -> present.hear(image));
        }
    }

    /** The replica, or null. */
    Partition partition(TopicPartition key) {
        return life == null ? null : life.service.find(key);
    }

    /** The topics that it has logs of, by their ids. */
    Set<UUID> topics() {
        return life.logs.logs().stream()
                .map(log -> log.topicPartition().topicId())
                .collect(Collectors.toSet());
    }

    void start() {
        try {
            life = new Life();
        } catch (IOException e) {
            if (!disk.isDead() && !forcesFail) {
                throw new IllegalStateException("node " + id + " does not start: " + e.getMessage(), e);
            }
            disk.die();
        }
    }

    /** One of the next things that it makes durable fails, once. */
    void failForce(int number) {
        forcesFail = true;
        disk.faults(Faults.nth(
                number,
                operation -> operation.is(Kind.FORCE)
                        || operation.is(Kind.BLOCK_WRITE)
                        || operation.is(Kind.FORCE_DIRECTORY),
                Faults.Outcome.IO_ERROR));
    }

    void failNothing() {
        forcesFail = false;
        disk.faults(Faults.NONE);
        disk.crashAtOperation(Long.MAX_VALUE);
    }

    /** Ends without another word; with the power, what was not forced is lost, or not. */
    void crash(boolean powerCut) {
        disk.die();
        if (life != null) {
            life.ended = true;
            life = null;
        }
        forcesFail = false;
        disk = disk.reboot(world.random("disk-" + id).nextLong(), powerCut);
    }

    void stop() {
        life.close();
        crash(false);
    }

    /** The disk is another one. */
    void wipe() {
        crash(true);
        disk = new CrashDisk();
        blank = true;
    }
}
