package io.millrace.bench;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many readings a node takes over HTTP, beside a bare Vert.x server that reads the body and answers 200:
 *
 * <pre>
 * HttpIngest bare PORT
 * HttpIngest load CONNECTIONS SECONDS ROUNDS NAME=URL…
 * </pre>
 *
 * One small JSON reading for each request, keep-alive, the next request of a connection when the last is answered. Servers are measured in
 * turn, in another order each round; prints requests a second and the latency of each.
 */
public final class HttpIngest {

    private static final Buffer READING = Buffer.buffer("{\"device\":\"dev-7\",\"t\":21.5,\"h\":48}");
    private static final long WARM_MS = 3_000;

    private HttpIngest() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("bare")) {
            bare(Integer.parseInt(arguments[1]));
            return;
        }
        int connections = Integer.parseInt(arguments[1]);
        long seconds = Long.parseLong(arguments[2]);
        int rounds = Integer.parseInt(arguments[3]);
        List<String> servers = new ArrayList<>(Arrays.asList(arguments).subList(4, arguments.length));
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        for (int round = 1; round <= rounds; round++) {
            for (String server : servers) {
                String[] parts = server.split("=", 2);
                run(vertx, connections, WARM_MS, parts[1]);
                Result result = run(vertx, connections, TimeUnit.SECONDS.toMillis(seconds), parts[1]);
                System.out.printf(
                        "round %d %s: %.0f requests/s, p50 %.2f ms, p99 %.2f ms, %d failed%n",
                        round, parts[0], result.perSecond, result.p50Ms, result.p99Ms, result.failed);
            }
            servers.add(servers.remove(0));
        }
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private static void bare(int port) {
        // The sockets that Millrace has.
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            vertx.deployVerticle(new io.vertx.core.VerticleBase() {
                @Override
                public Future<?> start() {
                    return this.vertx
                            .createHttpServer(new HttpServerOptions().setHost("127.0.0.1"))
                            .requestHandler(request -> request.body()
                                    .onSuccess(body -> request.response()
                                            .putHeader("content-type", "application/json")
                                            .end("{\"offsets\":[{\"partition\":0,\"offset\":1101}]}")))
                            .listen(port);
                }
            });
        }
    }

    private record Result(double perSecond, double p50Ms, double p99Ms, long failed) {}

    private static Result run(Vertx vertx, int connections, long ms, String url) throws Exception {
        HttpClientAgent client =
                vertx.createHttpClient(new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(connections));
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(URI.create(url).toURL())
                .putHeader("content-type", "application/json");
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
        AtomicLong failed = new AtomicLong();
        List<Long> latencies = new ArrayList<>();
        List<Future<Void>> all = new ArrayList<>();
        long began = System.nanoTime();
        for (int i = 0; i < connections; i++) {
            Promise<Void> over = Promise.promise();
            next(client, options, end, latencies, failed, over);
            all.add(over.future());
        }
        Future.all(all).toCompletionStage().toCompletableFuture().get(ms + 30_000, TimeUnit.MILLISECONDS);
        double elapsed = (System.nanoTime() - began) / 1e9;
        client.close().toCompletionStage().toCompletableFuture().join();
        long[] sorted = latencies.stream().mapToLong(each -> each).sorted().toArray();
        return new Result(
                sorted.length / elapsed,
                sorted[sorted.length / 2] / 1e6,
                sorted[(int) (sorted.length * 0.99)] / 1e6,
                failed.get());
    }

    /**
     * The next request of one connection, again and again until the end. On the one event loop of the client, so the list needs no lock. Not one
     * future made of all of them: to complete that would take a stack as deep as there were requests.
     */
    private static void next(
            HttpClientAgent client,
            RequestOptions options,
            long end,
            List<Long> latencies,
            AtomicLong failed,
            Promise<Void> over) {
        long sent = System.nanoTime();
        if (sent >= end) {
            over.complete();
            return;
        }
        client.request(options)
                .compose(request -> request.send(READING))
                .compose(response -> {
                    if (response.statusCode() != 200) {
                        failed.incrementAndGet();
                    }
                    return response.body();
                })
                .onComplete(body -> {
                    if (body.failed()) {
                        over.fail(body.cause());
                        return;
                    }
                    latencies.add(System.nanoTime() - sent);
                    next(client, options, end, latencies, failed, over);
                });
    }
}
