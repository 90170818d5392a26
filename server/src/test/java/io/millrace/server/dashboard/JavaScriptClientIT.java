package io.millrace.server.dashboard;

import static io.millrace.server.dashboard.LiveDashboard.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import io.millrace.server.TestServer;
import io.millrace.server.dashboard.DeviceReadings.Position;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The JavaScript client in Chromium, against a real node. */
@Timeout(180)
class JavaScriptClientIT {

    private static final int RESTARTS = 3;
    private static final int CUTS_BETWEEN_RESTARTS = 6;

    /** Less than the windows and messages of a second, so that connections break behind, before and in the middle of checkpoints. */
    private static final int CUT_AFTER_BYTES_MAX = 60_000;

    private static Chromium chromium;
    private static TestServer server;
    private static Page page;

    @BeforeAll
    static void openAnEmptyPage() {
        chromium = Chromium.launch();
        server = TestServer.start();
        page = emptyPage(server.httpPort());
    }

    @AfterAll
    static void stopAll() {
        if (chromium != null) {
            server.close();
            chromium.close();
        }
    }

    @Test
    void overRestartsAndBrokenConnectionsNoRecordIsLostOrRepeatedOrOutOfOrder(@TempDir Path directory)
            throws Exception {
        long seed = Long.getLong("millrace.client.seed", System.nanoTime());
        System.out.println("JavaScriptClientIT seed " + seed + " (-Dmillrace.client.seed=" + seed + ")");
        TestServer node = TestServer.startIn(directory);
        String samePort = "http.port=" + node.httpPort();
        post(node, "/topics", "application/json", "{\"name\":\"river\",\"partitions\":4}");
        try (CuttingProxy proxy = new CuttingProxy(node.httpPort(), new Random(seed), CUT_AFTER_BYTES_MAX);
                SteadyWriter writer = new SteadyWriter(node.httpUrl(), "river");
                Page tab = emptyPage(proxy.port())) {
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
            System.out.println("JavaScriptClientIT: " + count(tab) + " records over " + proxy.cuts() + " cuts, "
                    + tab.evaluate("subscription.duplicates") + " were sent again and dropped");
        } finally {
            node.close();
        }
    }

    @Test
    void whenATopicIsMadeAgainWhileThePageIsCutOff_thenTheGapIsToldAndAllOfTheNewOneComes() throws Exception {
        fill("again", 1, 30);
        try (CuttingProxy proxy = new CuttingProxy(server.httpPort(), new Random(), CUT_AFTER_BYTES_MAX);
                Page tab = emptyPage(proxy.port())) {
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
            HttpRequest delete = HttpRequest.newBuilder(URI.create(server.httpUrl() + "/topics/again"))
                    .DELETE()
                    .build();
            assertThat(HttpClient.newHttpClient()
                            .send(delete, HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(204);
            // More than there were: the offset that the page wants next is there, and is another record.
            fill("again", 1, 40);
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
        System.out.println("JavaScriptClientIT seed " + seed + " (-Dmillrace.client.seed=" + seed + ")");
        fill("written", 3, 0);
        try (CuttingProxy proxy = new CuttingProxy(server.httpPort(), new Random(seed), 3_000);
                Page tab = emptyPage(proxy.port())) {
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
                            // The first attempt can still be under way at the server.
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
        assertThat(run("""
                        const millrace = connect(location.origin);
                        const numbers = [];
                        for await (const record of millrace.subscribe({ topics: ['written'], from: 'earliest', until: 'latest' })) {
                          numbers.push(record.value.n);
                        }
                        millrace.close();
                        return numbers.sort((a, b) => a - b);
                        """)).isEqualTo(IntStream.range(0, 240).boxed().toList());
    }

    @Test
    void aConflatedSubscriptionGetsTheNewestOfEachKeyAndSaysHowManyItStandsFor() throws Exception {
        fill("merged", 2, 0);
        assertThat(run("""
                        const millrace = connect(location.origin);
                        const newest = {};
                        let stoodFor = 0;
                        await new Promise(resolve => {
                          const subscription = millrace.subscribe({ topics: ['merged'], from: 'earliest', conflate: 50 }, {
                            onRecord: ({ key, value, merged = 0 }) => {
                              newest[key] = value;
                              stoodFor += 1 + merged;
                              if (stoodFor === 300) {
                                resolve();
                              }
                            },
                          });
                          const records = from => Array.from({ length: 100 }, (_, n) => ({ key: `k${n % 4}`, value: from + n }));
                          millrace.produce('merged', records(0))
                            .then(() => millrace.produce('merged', records(100)))
                            .then(() => millrace.produce('merged', records(200)));
                        });
                        millrace.close();
                        return newest;
                        """)).isEqualTo(Map.of("k0", 296, "k1", 297, "k2", 298, "k3", 299));
    }

    @Test
    void aBareWebSocketGetsRecordsToo() throws Exception {
        fill("bare", 1, 10);
        assertThat(page.evaluate("""
                        () => new Promise((resolve, reject) => {
                          const values = [];
                          const socket = new WebSocket(`ws://${location.host}/topics/bare/stream?from=last:3`);
                          socket.onerror = reject;
                          socket.onmessage = event => {
                            values.push(JSON.parse(event.data).value.n);
                            if (values.length === 3) {
                              socket.close();
                              resolve(values);
                            }
                          };
                        })
                        """)).isEqualTo(List.of(7, 8, 9));
    }

    @Test
    void whenRetentionPassedASubscriptionBy_thenTheGapIsTold() throws Exception {
        fill("short", 1, 50);
        run("""
                const millrace = window.short = connect(location.origin);
                window.told = [];
                const onGap = ({ from, to, reason }) => told.push(`${reason} ${from} to ${to}`);
                const subscription = millrace.subscribe({ topics: ['short'], from: 'earliest', window: 20 }, { onGap });
                window.records = subscription[Symbol.asyncIterator]();
                // The server has sent its window then, and waits.
                told.push((await records.next()).value.offset);
                """);
        deleteRecordsBefore("short", 40);
        Object told = run("""
                while (told.at(-1) !== 49) {
                  told.push((await records.next()).value.offset);
                }
                window.short.close();
                return told;
                """);
        List<Object> expected = new ArrayList<>(IntStream.range(0, 20).boxed().toList());
        expected.add("retention 20 to 40");
        IntStream.range(40, 50).forEach(expected::add);
        assertThat(told).isEqualTo(expected);
    }

    @Test
    void aSlowLoopHoldsNoMoreThanItsWindow() throws Exception {
        fill("fast", 2, 1_000);
        Map<?, ?> seen = (Map<?, ?>) run("""
                let came = 0;
                let taken = 0;
                let most = 0;
                class Counting extends WebSocket {
                  constructor(...args) {
                    super(...args);
                    this.addEventListener('message', ({ data }) => {
                      const message = JSON.parse(data);
                      came += message.type === 'records' ? message.records.length : 0;
                      most = Math.max(most, came - taken);
                    });
                  }
                }
                const millrace = connect(location.origin, { WebSocket: Counting });
                for await (const record of millrace.subscribe({ topics: ['fast'], from: 'earliest', window: 40 })) {
                  if (taken % 10 === 0) {
                    await new Promise(resolve => setTimeout(resolve, 1));
                  }
                  if (++taken === 600) {
                    break;
                  }
                }
                millrace.close();
                return { most, taken };
                """);
        assertThat(seen.get("taken")).isEqualTo(600);
        // The record in the loop's hands is not counted as taken yet.
        assertThat((Integer) seen.get("most")).isBetween(20, 41);
    }

    @Test
    void aTokenOfTheApplicationGoesOnBehindWhatWasHandedOver() throws Exception {
        fill("saved", 3, 300);
        assertThat(run("""
                        const millrace = connect(location.origin);
                        const seen = new Set();
                        const read = (options, count) => new Promise(resolve => {
                          const subscription = millrace.subscribe({ topics: ['saved'], from: 'earliest', window: 10, ...options }, {
                            onRecord: record => {
                              seen.add(`${record.partition}:${record.offset}`);
                              if (seen.size === count) {
                                subscription.pause();
                                subscription.checkpoint().then(token => resolve({ subscription, token, seen: seen.size }));
                                subscription.resume();
                              }
                            },
                          });
                        });
                        const first = await read({}, 100);
                        first.subscription.close();
                        const before = seen.size;
                        const rest = await read({ resume: first.token }, 300);
                        millrace.close();
                        return [before >= 100, rest.seen];
                        """)).isEqualTo(List.of(true, 300));
    }

    @Test
    void afterSeekOnlyRecordsOfTheNewPlaceCome() throws Exception {
        fill("sought", 1, 200);
        assertThat(run("""
                        const millrace = connect(location.origin);
                        let offsets = [];
                        const subscription = millrace.subscribe({ topics: ['sought'], from: 'earliest', window: 30 }, {
                          onRecord: async record => {
                            offsets.push(record.offset);
                            await new Promise(resolve => setTimeout(resolve, 1));
                          },
                        });
                        while (offsets.length < 20) {
                          await new Promise(resolve => setTimeout(resolve, 5));
                        }
                        await subscription.seek('last:3');
                        offsets = [];
                        while (offsets.length < 3) {
                          await new Promise(resolve => setTimeout(resolve, 5));
                        }
                        millrace.close();
                        return offsets;
                        """)).isEqualTo(List.of(197, 198, 199));
    }

    @Test
    void whatTheServerRefusesEndsTheLoopWithItsError() {
        assertThat(run("""
                        const millrace = connect(location.origin);
                        const refusals = [];
                        for (const options of [{ topics: ['nowhere'] }, { topics: ['bare'], where: 'value.' }, { topics: ['bare'], colour: 'red' }]) {
                          try {
                            for await (const record of millrace.subscribe(options)) {
                              refusals.push(record);
                            }
                          } catch (error) {
                            refusals.push(error.error);
                          }
                        }
                        millrace.close();
                        return [...refusals, millrace.state.name];
                        """))
                .isEqualTo(List.of("UNKNOWN_TOPIC_OR_PARTITION", "INVALID_REQUEST", "INVALID_REQUEST", "closed"));
    }

    private static Page emptyPage(int port) {
        Page page = chromium.browser().newPage();
        // Any file of the page's own origin will do: modules may be imported from it.
        page.navigate("http://127.0.0.1:" + port + "/favicon.svg");
        return page;
    }

    private static Object run(String body) {
        return page.evaluate("async () => { const { connect } = await import('/client/millrace.js');" + body + "}");
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

    private static void fill(String topic, int partitions, int records) throws Exception {
        post(server, "/topics", "application/json", "{\"name\":\"" + topic + "\",\"partitions\":" + partitions + "}");
        String lines = IntStream.range(0, records)
                .mapToObj(n -> "{\"n\":" + n + ",\"k\":\"k" + n + "\"}\n")
                .collect(Collectors.joining());
        if (records > 0) {
            post(server, "/topics/" + topic + "/records?key_field=k", "application/x-ndjson", lines);
        }
    }

    private static void post(TestServer node, String path, String contentType, String body)
            throws IOException, InterruptedException {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(node.httpUrl() + path))
                                .timeout(Duration.ofSeconds(20))
                                .header("Content-Type", contentType)
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
    }

    private static void deleteRecordsBefore(String topic, long offset) throws Exception {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", server.kafkaAddress());
        try (Admin admin = Admin.create(properties)) {
            admin.deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(offset)))
                    .all()
                    .get();
        }
    }
}
