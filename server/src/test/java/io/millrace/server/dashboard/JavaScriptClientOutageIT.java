package io.millrace.server.dashboard;

import static io.millrace.server.dashboard.LiveDashboard.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import io.millrace.cluster.peer.FreePorts;
import io.millrace.server.TestServer;
import io.millrace.server.dashboard.DeviceReadings.Position;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The JavaScript client in Chromium, against a real node, while connections break and the node goes away. */
@Timeout(360)
class JavaScriptClientOutageIT {

    private static final int RESTARTS = 3;
    private static final int CUTS_BETWEEN_RESTARTS = 6;

    /** Less than the windows and messages of a second, so that connections break behind, before and in the middle of checkpoints. */
    private static final int CUT_AFTER_BYTES_MAX = 60_000;

    private static ClientPages pages;

    @BeforeAll
    static void start() {
        pages = ClientPages.start();
    }

    @AfterAll
    static void stop() {
        if (pages != null) {
            pages.close();
        }
    }

    @Test
    void overRestartsAndBrokenConnectionsNoRecordIsLostOrRepeatedOrOutOfOrder(@TempDir Path directory)
            throws Exception {
        long seed = Long.getLong("millrace.client.seed", System.nanoTime());
        System.out.println("JavaScriptClientOutageIT seed " + seed + " (-Dmillrace.client.seed=" + seed + ")");
        String samePort = "http.port=" + FreePorts.next();
        TestServer node = TestServer.startIn(directory, samePort);
        ClientPages.post(node, "/topics", "application/json", "{\"name\":\"river\",\"partitions\":4}");
        try (CuttingProxy proxy = new CuttingProxy(node.httpPort(), new Random(seed), CUT_AFTER_BYTES_MAX);
                SteadyWriter writer = new SteadyWriter(node.httpUrl(), "river");
                Page tab = pages.emptyPage(proxy.port())) {
            tab.evaluate("""
                    async () => {
                      const { connect } = await import('/client/millrace.js');
                      Object.assign(window, { got: [], gaps: [], errors: [] });
                      // Short waits: what is tested is what happens behind them.
                      window.millrace = connect(location.origin, { random: () => 0.02 * Math.random() });
                      window.subscription = millrace.subscribe({ topics: ['river'], from: 'earliest', window: 200 }, {
                        onRecord: record => void got.push(`${record.partition}:${record.offset}`),
                        onGap: gap => gaps.push(gap),
                        onError: error => errors.push(error.message),
                      });
                    }
                    """);
            for (int restart = 0; restart <= RESTARTS; restart++) {
                int cutsBefore = proxy.cuts();
                // Connections that began before are let live until the node goes.
                proxy.cutting(true);
                long receivedBefore = count(tab);
                eventually().until(() -> count(tab) > receivedBefore + 200 && writer.stored() > 0);
                if (restart > 0) {
                    eventually().until(() -> proxy.cuts() >= cutsBefore + CUTS_BETWEEN_RESTARTS);
                }
                if (restart < RESTARTS) {
                    node.close();
                    node = TestServer.startIn(directory, samePort);
                }
            }
            proxy.cutting(false);
            Map<Integer, Long> ends = writer.stop();
            long stored = ends.values().stream().mapToLong(Long::longValue).sum();
            eventually().until(() -> count(tab) >= stored);

            assertThat(tab.evaluate("errors")).isEqualTo(List.of());
            assertThat(tab.evaluate("gaps")).isEqualTo(List.of());
            Map<Integer, List<Long>> received = positions(tab).stream()
                    .collect(Collectors.groupingBy(
                            Position::partition, Collectors.mapping(Position::offset, Collectors.toList())));
            assertThat(received).containsOnlyKeys(ends.keySet());
            received.forEach((partition, offsets) -> {
                assertThat(offsets)
                        .hasSizeGreaterThanOrEqualTo(ends.get(partition).intValue());
                // Every offset of a log that only has plain records is a record: from 0, without a hole, each once.
                assertThat(offsets)
                        .as("offsets of partition %d in order of arrival, seed %d", partition, seed)
                        .isEqualTo(IntStream.range(0, offsets.size())
                                .mapToObj(Long::valueOf)
                                .toList());
            });
            System.out.println("JavaScriptClientOutageIT: " + count(tab) + " records over " + proxy.cuts() + " cuts, "
                    + tab.evaluate("subscription.duplicates") + " were sent again and dropped");
        } finally {
            node.close();
        }
    }

    @Test
    void whenATopicIsMadeAgainWhileThePageIsCutOff_thenTheGapIsToldAndAllOfTheNewOneComes() throws Exception {
        pages.fill("again", 1, 30);
        try (CuttingProxy proxy = new CuttingProxy(pages.server().httpPort(), new Random(), CUT_AFTER_BYTES_MAX);
                Page tab = pages.emptyPage(proxy.port())) {
            tab.evaluate("""
                    async () => {
                      const { connect } = await import('/client/millrace.js');
                      window.got = [];
                      connect(location.origin, { random: () => 0.02 }).subscribe({ topics: ['again'], from: 'earliest' }, {
                        onRecord: record => void got.push(record.offset),
                        onGap: gap => got.push(gap.reason),
                      });
                    }
                    """);
            eventually().until(() -> count(tab) == 30);
            proxy.refusing(true);
            HttpRequest delete = HttpRequest.newBuilder(
                            URI.create(pages.server().httpUrl() + "/topics/again"))
                    .DELETE()
                    .build();
            assertThat(HttpClient.newHttpClient()
                            .send(delete, HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(204);
            // More than there were: the offset that the page wants next is there, and is another record.
            pages.fill("again", 1, 40);
            proxy.refusing(false);

            List<Object> expected =
                    new ArrayList<>(IntStream.range(0, 30).boxed().toList());
            expected.add("topic_recreated");
            IntStream.range(0, 40).forEach(expected::add);
            eventually().untilAsserted(() -> assertThat(tab.evaluate("got")).isEqualTo(expected));
        }
    }

    @Test
    void recordsWithAnIdempotencyKeyAreStoredOnceWhateverConnectionsBreak() throws Exception {
        long seed = Long.getLong("millrace.client.seed", System.nanoTime());
        System.out.println("JavaScriptClientOutageIT seed " + seed + " (-Dmillrace.client.seed=" + seed + ")");
        pages.fill("written", 3, 0);
        try (CuttingProxy proxy = new CuttingProxy(pages.server().httpPort(), new Random(seed), 3_000);
                Page tab = pages.emptyPage(proxy.port())) {
            tab.evaluate("() => import('/client/millrace.js').then(module => Object.assign(window, module))");
            proxy.cutting(true);
            Object places = tab.evaluate("""
                    async () => {
                      const millrace = connect(location.origin, { random: () => 0.02 * Math.random() });
                      const places = [];
                      const store = async n => {
                        for (;;) {
                          try {
                            const [{ partition, offset }] = await millrace.produce('written', { key: `k${n % 7}`, value: { n } }, { idempotencyKey: `once-${n}` });
                            return places.push(`${partition}:${offset}`);
                          } catch (error) {
                            // The first attempt can still be under way at the pages.server().
                            if (!error.retriable) {
                              throw error;
                            }
                            await new Promise(resolve => setTimeout(resolve, 20));
                          }
                        }
                      };
                      for (let n = 0; n < 240; n += 4) {
                        await Promise.all([n, n + 1, n + 2, n + 3].map(store));
                      }
                      millrace.close();
                      return new Set(places).size;
                    }
                    """);
            assertThat(proxy.cuts()).isPositive();
            assertThat(places).isEqualTo(240);
        }
        assertThat(pages.run("""
                        const millrace = connect(location.origin);
                        const numbers = [];
                        for await (const record of millrace.subscribe({ topics: ['written'], from: 'earliest', until: 'latest' })) {
                          numbers.push(record.value.n);
                        }
                        millrace.close();
                        return numbers.sort((a, b) => a - b);
                        """)).isEqualTo(IntStream.range(0, 240).boxed().toList());
    }

    private static long count(Page tab) {
        return ((Number) tab.evaluate("got.length")).longValue();
    }

    private static List<Position> positions(Page tab) {
        return ((List<?>) tab.evaluate("got"))
                .stream()
                        .map(text -> text.toString().split(":"))
                        .map(parts -> new Position(Integer.parseInt(parts[0]), Long.parseLong(parts[1])))
                        .toList();
    }
}
