package io.millrace.server.demo;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Devices that post readings over HTTP, each on its own kept-alive connection. */
final class DeviceFleet {

    private static final Logger LOG = LoggerFactory.getLogger(DeviceFleet.class);

    /** After a refused reading a device is quiet for a while, like a well-made one. */
    private static final long RETRY_DELAY_MS = 1_000;

    private final Vertx vertx;
    private final String host;
    private final int port;
    private final String topic;
    private final List<HttpClient> clients = new ArrayList<>();
    private final AtomicLong posted = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private volatile boolean stopping;

    DeviceFleet(Vertx vertx, String host, int port, String topic) {
        this.vertx = vertx;
        this.host = host;
        this.port = port;
        this.topic = topic;
    }

    /** Makes the topic; succeeds as well when it is there already. */
    Future<Void> createTopic(int partitions, Map<String, Object> settings) {
        JsonObject body = new JsonObject()
                .put("name", topic)
                .put("partitions", partitions)
                .put("config", new JsonObject(settings));
        return post(newClient(), "/topics", body.toBuffer())
                .compose(status -> status == 201 || status == 409
                        ? Future.succeededFuture()
                        : Future.failedFuture("the node answered " + status));
    }

    /** Lets devices begin, spread over the first interval. */
    void start(int count, double ratePerSecond) {
        double intervalMs = 1000 / ratePerSecond;
        int digits = Math.max(2, String.valueOf(count).length());
        for (int i = 1; i <= count; i++) {
            String name = "dev-" + String.format(Locale.ROOT, "%0" + digits + "d", i);
            SimulatedDevice device = new SimulatedDevice(name, i);
            HttpClient client = newClient();
            vertx.setTimer(device.nextDelayMs(intervalMs), timer -> postReading(client, device, intervalMs));
        }
    }

    long posted() {
        return posted.get();
    }

    long failed() {
        return failed.get();
    }

    /** No reading is begun any more; completes when the answers that were waited for are here. */
    Future<Void> stop() {
        stopping = true;
        return Future.join(clients.stream().map(HttpClient::shutdown).toList()).mapEmpty();
    }

    private void postReading(HttpClient client, SimulatedDevice device, double intervalMs) {
        if (stopping) {
            return;
        }
        post(client, "/topics/" + topic + "/records?key=" + device.name(), Buffer.buffer(device.nextReading()))
                .onComplete(answer -> {
                    boolean stored = answer.succeeded() && answer.result() == 200;
                    if (stored) {
                        posted.incrementAndGet();
                    } else if (!stopping) {
                        failed.incrementAndGet();
                        LOG.debug("Reading of {} not stored: {}", device.name(), answer);
                    }
                    long delayMs = stored ? device.nextDelayMs(intervalMs) : RETRY_DELAY_MS;
                    vertx.setTimer(delayMs, timer -> postReading(client, device, intervalMs));
                });
    }

    private static Future<Integer> post(HttpClient client, String uri, Buffer body) {
        return client.request(HttpMethod.POST, uri)
                .map(request -> request.putHeader("Content-Type", "application/json"))
                .compose((HttpClientRequest request) -> request.send(body))
                // The connection is free for the next reading when the whole answer has been read.
                .compose(response -> response.body().map(read -> response.statusCode()));
    }

    private HttpClient newClient() {
        HttpClientOptions options = new HttpClientOptions()
                .setDefaultHost(host)
                .setDefaultPort(port)
                .setKeepAlive(true)
                .setKeepAliveTimeout(0);
        HttpClient client = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(1));
        clients.add(client);
        return client;
    }
}
