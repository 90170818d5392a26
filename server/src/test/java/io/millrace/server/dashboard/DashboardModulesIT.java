package io.millrace.server.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The parts of the page that compute: each module is loaded by a browser as the page loads it, and asked. */
@Timeout(60)
class DashboardModulesIT {

    @RegisterExtension
    static final ModulePage page = new ModulePage();

    @Test
    void numbersAreFoundInNestedObjectsButNotInArraysOrText() {
        assertThat(page.run("""
                        const { visitNumbers } = await import('/ui/charts/numeric-fields.js');
                        const found = [];
                        visitNumbers({ t: 21.5, ok: true, id: 'a', site: { temp: 3, tags: [1, 2] }, none: null },
                            (path, number) => found.push(`${path}=${number}`));
                        visitNumbers(7, (path, number) => found.push(`${path}=${number}`));
                        visitNumbers(null, () => found.push('never'));
                        return found;
                        """)).isEqualTo(List.of("t=21.5", "site.temp=3", "value=7"));
    }

    @Test
    void sequenceNumbersAndTimesAreNotSuggestedForTheChart() {
        assertThat(page.run("""
                        const { mostInteresting } = await import('/ui/charts/numeric-fields.js');
                        return mostInteresting([
                          { path: 'seq', sample: 12 },
                          { path: 'measured', sample: 1.7e12 },
                          { path: 'site.temp', sample: 21 },
                        ]);
                        """)).isEqualTo("site.temp");
    }

    @Test
    void aSecondRingAveragesWithinASecondAndForgetsOldOnes() {
        assertThat(page.run("""
                        const { SecondRing, RING_SECONDS } = await import('/ui/charts/second-ring.js');
                        const ring = new SecondRing();
                        ring.add(1_000, 10);
                        ring.add(1_900, 20);
                        ring.add(3_000, 5);
                        const early = ring.points('average', 0, 9_999).map(point => [point.x, point.y]);
                        ring.add(1_000 + RING_SECONDS * 1000, 1);
                        ring.add(1_000, 99);
                        const late = ring.points('max', 0, 1_000 + RING_SECONDS * 1000).map(point => point.y);
                        return { early, late };
                        """))
                .isEqualTo(Map.of("early", List.of(List.of(1_500, 15), List.of(3_500, 5)), "late", List.of(5, 1)));
    }

    @Test
    void whenRecordsFloodIn_thenTheTailShowsAnEvenSampleAndSaysOneInHowMany() {
        Object shown = page.run("""
                const { TailBuffer, ROWS_MAX } = await import('/ui/stream/tail-buffer.js');
                const tail = new TailBuffer();
                let nowMs = performance.now();
                let offset = 0;
                for (let tick = 0; tick < 100; tick++) {
                  nowMs += 100;
                  for (let i = 0; i < 1000; i++) {
                    tail.accept({ partition: 0, offset: offset++, value: 1 });
                  }
                  tail.flush(nowMs);
                }
                const offsets = tail.rows.map(record => record.offset);
                return {
                  rows: offsets.length <= ROWS_MAX,
                  newestFirst: offsets.every((value, at) => at === 0 || value < offsets[at - 1]),
                  newest: offsets[0] === offset - 1,
                  received: tail.received,
                  oneIn: Math.round(tail.oneIn),
                };
                """);
        assertThat(shown)
                .isEqualTo(Map.of("rows", true, "newestFirst", true, "newest", true, "received", 100_000, "oneIn", 50));
    }

    @Test
    void whenFewRecordsCome_thenTheTailShowsEveryOne() {
        assertThat(page.run("""
                        const { TailBuffer } = await import('/ui/stream/tail-buffer.js');
                        const tail = new TailBuffer();
                        for (let offset = 0; offset < 150; offset++) {
                          tail.accept({ partition: 0, offset, value: offset });
                        }
                        tail.flush(performance.now());
                        return [tail.rows.length, tail.oneIn];
                        """)).isEqualTo(List.of(150, 1));
    }

    @Test
    void aFilterAlsoFindsRecordsThatCameBeforeIt() {
        assertThat(page.run("""
                        const { TailBuffer } = await import('/ui/stream/tail-buffer.js');
                        const tail = new TailBuffer();
                        for (let offset = 0; offset < 900; offset++) {
                          tail.accept({ partition: offset % 4, offset, key: `dev-${offset % 9}`, value: { n: offset } });
                        }
                        tail.filterBy({ text: '"N":3', key: 'dev-3', partition: 3 });
                        return tail.rows.map(record => record.offset);
                        """)).isEqualTo(List.of(399, 363, 327, 39, 3));
    }

    @Test
    void ratesComeFromDifferencesAndAreNeverNegative() {
        assertThat(page.run("""
                        const { RateTracker } = await import('/ui/api/rates.js');
                        const tracker = new RateTracker();
                        const at = (time_ms, end_offset_sum, bytes) =>
                            ({ time_ms, topics: [{ name: 'readings', end_offset_sum, bytes }] });
                        tracker.update(at(1_000, 100, 5_000));
                        tracker.update(at(3_000, 300, 4_000));
                        tracker.update(at(3_000, 400, 4_000));
                        const { samples } = tracker.topics.get('readings');
                        tracker.update({ time_ms: 4_000, topics: [] });
                        return { rates: samples.map(sample => [sample.records, sample.bytes]), left: tracker.topics.size };
                        """)).isEqualTo(Map.of("rates", List.of(List.of(100, 0)), "left", 0));
    }

    @Test
    void ratesOfTheNodeAreThoseOfTheTopicsThatPeopleMade() {
        assertThat(page.run("""
                        const { RateTracker } = await import('/ui/api/rates.js');
                        const { ownTopics } = await import('/ui/topics/own-topics.js');
                        const tracker = new RateTracker();
                        const at = (time_ms, end_offset_sum) => ({ time_ms, topics: [
                            { name: 'readings', internal: false, end_offset_sum, bytes: 0 },
                            { name: '__consumer_offsets', internal: true, end_offset_sum, bytes: 0 }] });
                        tracker.update(at(1_000, 100));
                        tracker.update(at(2_000, 300));
                        const own = ownTopics(at(2_000, 300).topics).map(topic => topic.name);
                        return { node: tracker.node.samples.map(sample => sample.records), own };
                        """)).isEqualTo(Map.of("node", List.of(200), "own", List.of("readings")));
    }

    @Test
    void waitsBetweenConnectionsAreRandomAndBounded() {
        assertThat(page.run("""
                        const { backoffMs } = await import('/client/millrace.js');
                        return [backoffMs(0, () => 0.999), backoffMs(3, () => 0.5), backoffMs(50, () => 0.9999), backoffMs(9, () => 0)];
                        """)).isEqualTo(List.of(500, 2_000, 29_997, 0));
    }

    @Test
    void keysKeepTheirColourWhileOthersComeAndGo() {
        assertThat(page.run("""
                        const { KeyChoice } = await import('/ui/charts/key-choice.js');
                        const choice = new KeyChoice();
                        choice.suggest(['a', 'b', 'c', 'd', 'e', 'f']);
                        choice.toggle('b');
                        choice.toggle('x');
                        choice.suggest(['y']);
                        return choice.entries.map(({ key, place }) => key + place);
                        """)).isEqualTo(List.of("a0", "x1", "c2", "d3", "e4"));
    }
}
