package io.millrace.server.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The JavaScript client in Chromium, against a real node. */
@Timeout(180)
class JavaScriptClientIT {

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
    void aConflatedSubscriptionGetsTheNewestOfEachKeyAndSaysHowManyItStandsFor() throws Exception {
        pages.fill("merged", 2, 0);
        assertThat(pages.run("""
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
        pages.fill("bare", 1, 10);
        assertThat(pages.page().evaluate("""
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
        pages.fill("short", 1, 50);
        pages.run("""
                const millrace = window.short = connect(location.origin);
                window.told = [];
                const onGap = ({ from, to, reason }) => told.push(`${reason} ${from} to ${to}`);
                const subscription = millrace.subscribe({ topics: ['short'], from: 'earliest', window: 20 }, { onGap });
                window.records = subscription[Symbol.asyncIterator]();
                // The server has sent its window then, and waits.
                told.push((await records.next()).value.offset);
                """);
        deleteRecordsBefore("short", 40);
        Object told = pages.run("""
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
        pages.fill("fast", 2, 1_000);
        Map<?, ?> seen = (Map<?, ?>) pages.run("""
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
        pages.fill("saved", 3, 300);
        assertThat(pages.run("""
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
        pages.fill("sought", 1, 200);
        assertThat(pages.run("""
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
        assertThat(pages.run("""
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

    private static void deleteRecordsBefore(String topic, long offset) throws Exception {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", pages.server().kafkaAddress());
        try (Admin admin = Admin.create(properties)) {
            admin.deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(offset)))
                    .all()
                    .get();
        }
    }
}
