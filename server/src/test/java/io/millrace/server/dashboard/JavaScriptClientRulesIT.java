package io.millrace.server.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the JavaScript client does when a server says this or that: the socket of each test is a script, so that its moments are exact. */
@Timeout(60)
class JavaScriptClientRulesIT {

    /** A WebSocket whose other side is the test: {@code sent} has what the client wrote, {@code say} and {@code drop} are the server. */
    private static final String SCRIPTED = """
            const { connect } = await import('/client/millrace.js');
            const sockets = [];
            class Scripted {
              readyState = 1;
              sent = [];
              constructor(url, protocols) {
                Object.assign(this, { url, protocols });
                sockets.push(this);
              }
              send(text) { this.sent.push(JSON.parse(text)); }
              close() { this.readyState = 3; }
              say(...messages) { messages.forEach(message => this.onmessage({ data: JSON.stringify(message) })); }
              drop(code, reason = '') { this.readyState = 3; this.onclose({ code, reason }); }
              welcome(heartbeat_ms = 25000) {
                this.say({ type: 'welcome', node: '1', protocol: 'millrace.v1.json', heartbeat_ms, max_message_bytes: 500 });
                return this;
              }
              last(type) { return this.sent.filter(message => message.type === type).at(-1); }
            }
            const states = [];
            const pause = ms => new Promise(resolve => setTimeout(resolve, ms));
            const until = async condition => { while (!condition()) await pause(2); };
            const socket = async number => { await until(() => sockets.length >= number); return sockets[number - 1]; };
            const open = options => connect('ws://node', { WebSocket: Scripted, random: () => 0, onState: state => states.push(state.name), ...options });
            const subscribed = (sid, id, ...positions) => ({ type: 'subscribed', sid, id, recovered: true,
              partitions: positions.map((position, partition) => ({ topic: 't', alias: 0, partition, position, end: 9 })) });
            const records = (sid, partition, next, ...offsets) =>
              ({ type: 'records', sid, topic: 't', partition, next, records: offsets.map(offset => ({ offset, timestamp: 1, key: 'k', value: offset })) });
            """;

    @RegisterExtension
    static final ModulePage page = new ModulePage(SCRIPTED);

    @Test
    void afterABreakBetweenRecordsAndTheirCheckpoint_thenTheTokenIsUsedAndWhatIsKnownIsDropped() {
        assertThat(page.run("""
                        const millrace = open();
                        const got = [];
                        const subscription = millrace.subscribe({ topics: ['t'], from: 'earliest' }, { onRecord: r => void got.push(r.partition + ':' + r.offset) });
                        const one = (await socket(1)).welcome();
                        one.say(subscribed(1, one.last('subscribe').id, 0, 0), { type: 'checkpoint', sid: 1, resume: 'A', lag: 9 },
                            records(1, 0, 3, 0, 1, 2), records(1, 1, 2, 0, 1));
                        one.drop(1006);
                        const two = (await socket(2)).welcome();
                        const { resume, from } = two.last('subscribe');
                        two.say(subscribed(1, two.last('subscribe').id, 0, 0), records(1, 0, 5, 0, 1, 2, 3, 4), records(1, 1, 1, 0), records(1, 1, 3, 1, 2));
                        millrace.close();
                        return { resume, from, got, duplicates: subscription.duplicates };
                        """))
                .isEqualTo(Map.of(
                        "resume",
                        "A",
                        "from",
                        "earliest",
                        "got",
                        List.of("0:0", "0:1", "0:2", "1:0", "1:1", "0:3", "0:4", "1:2"),
                        "duplicates",
                        5));
    }

    @Test
    void withoutATokenItGoesOnFromThePositionsThatWereTold() {
        assertThat(page.run("""
                        const millrace = open();
                        millrace.subscribe({ topics: ['t'] }, { onRecord() {} });
                        const one = (await socket(1)).welcome();
                        one.say(subscribed(1, one.last('subscribe').id, 7, 8));
                        one.drop(1012);
                        const two = (await socket(2)).welcome();
                        millrace.close();
                        return [two.last('subscribe').from, two.last('subscribe').resume ?? null];
                        """)).isEqualTo(Arrays.asList("t:0:7,t:1:8", null));
    }

    @Test
    void connectionsThatBreakBeforeTheyCarryAnythingNew_comeAStepFurtherEach() {
        assertThat(page.run("""
                        const millrace = open();
                        millrace.subscribe({ topics: ['t'], from: 'earliest' }, { onRecord() {} });
                        const some = (from, count) => records(1, 0, from + count, ...Array.from({ length: count }, (_, at) => from + at));
                        const one = (await socket(1)).welcome();
                        one.say(subscribed(1, one.last('subscribe').id, 0), { type: 'checkpoint', sid: 1, resume: 'A' }, some(0, 24), some(24, 500));
                        one.drop(1006);
                        const two = (await socket(2)).welcome();
                        two.say(subscribed(1, two.last('subscribe').id, 0), some(0, 24));
                        const early = two.last('checkpoint') !== undefined;
                        two.say(some(24, 1));
                        const asked = two.last('checkpoint') !== undefined;
                        two.say({ type: 'checkpoint', sid: 1, resume: 'B' });
                        two.drop(1006);
                        const three = (await socket(3)).welcome();
                        millrace.close();
                        return [early, asked, two.last('subscribe').resume, three.last('subscribe').resume];
                        """)).isEqualTo(List.of(false, true, "A", "B"));
    }

    @Test
    void whenATopicWasMadeAgain_thenItsOffsetsCountFromTheGapOn() {
        assertThat(page.run("""
                        const millrace = open();
                        const got = [];
                        millrace.subscribe({ topics: ['t'] }, { onRecord: r => void got.push(r.offset), onGap: gap => got.push(gap.reason) });
                        const one = (await socket(1)).welcome();
                        one.say(subscribed(1, one.last('subscribe').id, 5), { type: 'checkpoint', sid: 1, resume: 'A' }, records(1, 0, 7, 5, 6));
                        one.drop(1006);
                        const two = (await socket(2)).welcome();
                        two.say(subscribed(1, two.last('subscribe').id, 0), { type: 'gap', sid: 1, topic: 't', partition: 0, from: 5, to: 0, reason: 'topic_recreated' },
                            records(1, 0, 2, 0, 1));
                        millrace.close();
                        return got;
                        """)).isEqualTo(List.of(5, 6, "topic_recreated", 0, 1));
    }

    @Test
    void aGapOfWhatIsKnownAlreadyIsNoLoss() {
        assertThat(page.run("""
                        const millrace = open();
                        const told = [];
                        millrace.subscribe({ topics: ['t'] }, { onRecord: r => void told.push(r.offset), onGap: gap => told.push(`${gap.from}-${gap.to}`) });
                        const one = (await socket(1)).welcome();
                        one.say(subscribed(1, one.last('subscribe').id, 0, 0), { type: 'checkpoint', sid: 1, resume: 'A' }, records(1, 0, 2, 0, 1), records(1, 1, 2, 0, 1));
                        one.drop(1006);
                        const two = (await socket(2)).welcome();
                        const gap = (partition, to) => ({ type: 'gap', sid: 1, topic: 't', partition, from: 0, to, reason: 'retention' });
                        two.say(subscribed(1, two.last('subscribe').id, 1, 4), gap(0, 1), records(1, 0, 3, 1, 2), gap(1, 4), records(1, 1, 5, 4));
                        millrace.close();
                        return told;
                        """)).isEqualTo(List.of(0, 1, 0, 1, 2, "2-4", 4));
    }

    @Test
    void aServerThatIsSilentForTwoAndAHalfHeartbeatsIsLeft() {
        assertThat(page.run("""
                        const realNow = Date.now;
                        let clock = realNow();
                        Date.now = () => clock;
                        const millrace = open();
                        const one = (await socket(1)).welcome(400);
                        clock += 900;
                        one.say({ type: 'heartbeat', time: 1 });
                        clock += 999;
                        // It looks every tenth of that time.
                        await pause(250);
                        const early = sockets.length;
                        clock += 1;
                        await socket(2);
                        Date.now = realNow;
                        millrace.close();
                        return [early, one.readyState];
                        """)).isEqualTo(List.of(1, 3));
    }

    /** As in Node 20, when nobody listens: no close follows. */
    @Test
    void whenAllThatASocketReportsIsAnError_thenItIsNotWaitedFor() {
        assertThat(page.run("""
                        const begun = performance.now();
                        const millrace = open();
                        const one = await socket(1);
                        one.readyState = 0;
                        one.onerror();
                        (await socket(2)).welcome();
                        const tookMs = performance.now() - begun;
                        millrace.close();
                        return [tookMs < 5000, ...states];
                        """)).isEqualTo(List.of(true, "connecting", "waiting", "connecting", "open", "closed"));
    }

    @Test
    void codesThatSayThatSomethingMustChangeAreNotTriedAgain_othersAre() {
        assertThat(page.run("""
                        const tried = [];
                        for (const code of [4400, 4403, 4404, 4429, 1009, 4501, 4503, 4504, 1001, 1006, 1011, 1012, 1013]) {
                          sockets.length = 0;
                          const errors = [];
                          const millrace = open();
                          millrace.subscribe({ topics: ['t'] }, { onRecord() {}, onError: error => errors.push(error.closeCode) });
                          (await socket(1)).drop(code, 'WHY: so');
                          await pause(10);
                          tried.push([millrace.state.name === 'failed', sockets.length, ...errors].join());
                          millrace.close();
                        }
                        return tried.join(' ');
                        """))
                .isEqualTo("true,1,4400 true,1,4403 true,1,4404 true,1,4429 true,1,1009"
                        + " false,2 false,2 false,2 false,2 false,2 false,2 false,2 false,2");
    }

    @Test
    void waitsGrowWithEachAttemptUntilAConnectionWasHealthy() {
        assertThat(page.run("""
                        const waits = [];
                        const realNow = Date.now;
                        let clock = realNow();
                        Date.now = () => clock;
                        const millrace = open({ random: () => 0.001, onState: ({ name, retryAt }) => name === 'waiting' && waits.push(retryAt - Date.now()) });
                        for (let number = 1; number <= 4; number++) {
                          (await socket(number)).drop(1006);
                        }
                        (await socket(5)).welcome();
                        clock += 31_000;
                        sockets[4].drop(1006);
                        Date.now = realNow;
                        millrace.close();
                        return waits.map(ms => Math.round(ms)).join();
                        """)).isEqualTo("1,1,2,4,1");
    }

    @Test
    void aNodeThatDrainsSaysWhenToComeBack() {
        assertThat(page.run("""
                        const millrace = open();
                        const one = (await socket(1)).welcome();
                        const begun = performance.now();
                        one.say({ type: 'drain', reconnect_after_ms: 200, grace_ms: 50, resume: {} });
                        await pause(50);
                        one.drop(1012);
                        await socket(2);
                        millrace.close();
                        return Math.round((performance.now() - begun) / 10) >= 19;
                        """)).isEqualTo(true);
    }

    @Test
    void onlyWritesWithAnIdempotencyKeyAreSentAgain() {
        assertThat(page.run("""
                        const millrace = open();
                        const waiting = millrace.produce('t', { key: 'k', value: 0 });
                        const one = (await socket(1)).welcome();
                        const message = one.last('produce');
                        one.say({ type: 'produced', id: message.id, offsets: [{ partition: 0, offset: 7 }] });
                        const unsafe = millrace.produce('t', [{ value: 1 }], { key: 'dev-1' }).then(() => 'stored', error => error.error);
                        const safe = millrace.produce('t', { value: new Uint8Array([1, 2, 3]) }, { idempotencyKey: 'once' });
                        one.drop(1006);
                        const two = (await socket(2)).welcome();
                        two.say({ type: 'produced', id: two.last('produce').id, replayed: true, offsets: [{ partition: 0, offset: 8 }] });
                        const refused = millrace.produce('t', { value: 2 }).catch(error => error.error);
                        two.say({ type: 'error', id: two.last('produce').id, code: 19, error: 'NOT_ENOUGH_REPLICAS', message: 'no', retriable: true });
                        const tooBig = await millrace.produce('t', { value: 'x'.repeat(600) }).catch(error => error.error);
                        const answer = { first: message.records, key: one.sent[1].records[0].key, waiting: await waiting, unsafe: await unsafe,
                          safe: await safe, again: two.sent[0], refused: await refused, tooBig };
                        delete answer.again.id;
                        millrace.close();
                        return JSON.stringify(answer);
                        """))
                .isEqualTo("{\"first\":[{\"key\":\"k\",\"value\":0}],\"key\":\"dev-1\","
                        + "\"waiting\":[{\"partition\":0,\"offset\":7}],\"unsafe\":\"NETWORK_EXCEPTION\","
                        + "\"safe\":[{\"partition\":0,\"offset\":8}],\"again\":{\"type\":\"produce\",\"topic\":\"t\","
                        + "\"idempotency_key\":\"once\",\"records\":[{\"value_base64\":\"AQID\"}]},"
                        + "\"refused\":\"NOT_ENOUGH_REPLICAS\",\"tooBig\":\"MESSAGE_TOO_LARGE\"}");
    }

    @Test
    void aMemberOfAGroupCommitsWhatItHandled_andDoesNotHandleWhatIsAnothers() {
        assertThat(page.run("""
                        const millrace = open();
                        const seen = [];
                        const subscription = millrace.subscribe({ topics: ['t'], group: 'g', commit: 'manual' }, {
                          onRecord: async record => { seen.push(record.offset); await pause(5); },
                          onAssigned: partitions => seen.push(`assigned ${partitions.length}`),
                          onRevoked: (partitions, deadlineMs) => seen.push(`revoked ${partitions[0].partition} ${deadlineMs}`),
                        });
                        const one = (await socket(1)).welcome();
                        const place = partition => ({ topic: 't', partition, offset: 0 });
                        one.say(subscribed(1, one.last('subscribe').id), { type: 'assigned', sid: 1, generation: 1, partitions: [place(0), place(1)] },
                            records(1, 0, 2, 0, 1), records(1, 1, 12, 10, 11));
                        one.say({ type: 'revoked', sid: 1, generation: 1, deadline_ms: 5000, partitions: [{ topic: 't', partition: 1 }] });
                        await until(() => seen.includes(1));
                        const committed = subscription.commit();
                        one.say({ type: 'committed', sid: 1, id: one.last('commit').id });
                        await committed;
                        await pause(20);
                        millrace.close();
                        return { seen: seen.join(), offsets: one.last('commit').offsets };
                        """))
                .isEqualTo(Map.of(
                        "seen",
                        "assigned 2,0,revoked 1 5000,1",
                        "offsets",
                        List.of(Map.of("topic", "t", "partition", 0, "offset", 2))));
    }

    @Test
    void aMemberThatComesBackBeginsAtWhatWasCommittedAndDropsNothing() {
        assertThat(page.run("""
                        const millrace = open();
                        const seen = [];
                        const subscription = millrace.subscribe({ topics: ['t'], group: 'g', commit: 'manual' }, { onRecord: r => void seen.push(r.offset) });
                        const one = (await socket(1)).welcome();
                        const assigned = { type: 'assigned', sid: 1, generation: 1, partitions: [{ topic: 't', partition: 0, offset: 0 }, { topic: 't', partition: 1 }] };
                        one.say(subscribed(1, one.last('subscribe').id), assigned, { type: 'checkpoint', sid: 1, resume: 'A' }, records(1, 0, 2, 0, 1));
                        subscription.pause();
                        one.say(records(1, 0, 4, 2, 3));
                        one.drop(1012);
                        const two = (await socket(2)).welcome();
                        two.say(subscribed(1, two.last('subscribe').id), assigned, records(1, 0, 5, 1, 2, 3, 4));
                        subscription.resume();
                        subscription.commit().catch(() => {});
                        const { resume } = two.last('subscribe');
                        const { offsets } = two.last('commit');
                        millrace.close();
                        return JSON.stringify({ seen, resume, offsets });
                        """))
                .isEqualTo("{\"seen\":[0,1,1,2,3,4],\"offsets\":[{\"topic\":\"t\",\"partition\":0,\"offset\":5}]}");
    }

    @Test
    void whatPassesIsTriedAgain_andOneTopicOfSeveralThatIsGoneIsNotTheEnd() {
        assertThat(page.run("""
                        const millrace = open();
                        const errors = [];
                        millrace.subscribe({ topics: ['t', 'u'] }, { onRecord() {}, onError: error => errors.push(`${error.error} ${error.fatal}`) });
                        const one = (await socket(1)).welcome();
                        const error = (extra, name, code, retriable) => ({ type: 'error', sid: 1, ...extra, code, error: name, message: 'm', retriable });
                        one.say(error({ id: one.last('subscribe').id }, 'LEADER_NOT_AVAILABLE', 5, true));
                        await until(() => one.sent.filter(({ type }) => type === 'subscribe').length === 2);
                        one.say(subscribed(1, one.last('subscribe').id, 0), error({ ended: false }, 'UNKNOWN_TOPIC_OR_PARTITION', 3, false));
                        await until(() => errors.length === 1);
                        one.say(error({ ended: true }, 'UNKNOWN_TOPIC_OR_PARTITION', 3, false));
                        await until(() => errors.length === 2);
                        millrace.close();
                        return errors.join();
                        """)).isEqualTo("UNKNOWN_TOPIC_OR_PARTITION false,UNKNOWN_TOPIC_OR_PARTITION true");
    }

    @Test
    void aLoopThatBeginsAfterTheEndGetsWhatCameAndThenTheError() {
        assertThat(page.run("""
                        const millrace = open();
                        const subscription = millrace.subscribe({ topics: ['t'] });
                        const one = (await socket(1)).welcome();
                        one.say(subscribed(1, one.last('subscribe').id, 0), records(1, 0, 2, 0, 1));
                        one.drop(4404, 'UNKNOWN_TOPIC_OR_PARTITION: gone');
                        await pause(5);
                        const got = [];
                        try {
                          for await (const record of subscription) {
                            got.push(record.offset);
                          }
                        } catch (error) {
                          got.push(error.closeCode);
                        }
                        return got;
                        """)).isEqualTo(List.of(0, 1, 4404));
    }

    @Test
    void aHandlerThatThrowsEndsItsSubscriptionAndNoOther() {
        assertThat(page.run("""
                        const millrace = open();
                        const told = [];
                        millrace.subscribe({ topics: ['t'] }, { onRecord() { throw new Error('mine'); }, onError: error => told.push(error.message) });
                        millrace.subscribe({ topics: ['t'] }, { onRecords: (all, at) => void told.push(all.length, at.next) });
                        const one = (await socket(1)).welcome();
                        one.say(records(1, 0, 2, 0, 1), records(2, 0, 2, 0, 1));
                        millrace.close();
                        return [...told, one.last('unsubscribe').sid];
                        """)).isEqualTo(List.of("mine", 2, 2, 1));
    }
}
