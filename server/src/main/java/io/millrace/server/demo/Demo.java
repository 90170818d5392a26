package io.millrace.server.demo;

import io.millrace.server.MillraceServer;
import io.millrace.server.StartupException;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/** Simulated senders on a running node. Started and closed on the main thread; both calls block. */
public final class Demo implements AutoCloseable {

    /** Where the readings go. */
    public static final String TOPIC = "readings";

    private static final int PARTITIONS = 4;

    /** A demo that is left running must not fill the disk. */
    private static final Map<String, Object> SETTINGS = Map.of("retention.ms", "3600000", "segment.ms", "600000");

    private final Vertx vertx;
    private final DeviceFleet devices;
    private final MachineProducer machines;

    private Demo(Vertx vertx, DeviceFleet devices, MachineProducer machines) {
        this.vertx = vertx;
        this.devices = devices;
        this.machines = machines;
    }

    /** Makes the topic if it is not there, and lets the senders begin. */
    public static Demo start(MillraceServer server, int deviceCount, double ratePerSecond) throws StartupException {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
        DeviceFleet devices = new DeviceFleet(vertx, server.httpHost(), server.httpPort(), TOPIC);
        try {
            devices.createTopic(PARTITIONS, SETTINGS)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get();
        } catch (ExecutionException | InterruptedException e) {
            vertx.close();
            throw new StartupException("the demo's topic cannot be made: " + e.getMessage(), e);
        }
        devices.start(deviceCount, ratePerSecond);
        return new Demo(vertx, devices, MachineProducer.start(server.kafkaAddress(), TOPIC));
    }

    public int machines() {
        return MachineProducer.MACHINES;
    }

    /** What was sent so far, in one line. */
    public String summary() {
        return devices.posted() + " readings stored over HTTP, " + machines.acknowledged() + " over the Kafka protocol"
                + (devices.failed() + machines.failed() > 0
                        ? ", " + (devices.failed() + machines.failed()) + " not acknowledged"
                        : "");
    }

    /** Stops the senders and waits for them, so that the node can stop without refusing anybody. */
    @Override
    public void close() {
        machines.close();
        try {
            devices.stop()
                    .compose(stopped -> vertx.close())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the devices did not stop", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
