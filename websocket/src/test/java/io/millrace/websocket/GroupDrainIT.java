package io.millrace.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that stops commits once more for its members with {@code commit=auto}; until then it commits nothing in these tests. */
class GroupDrainIT {

    private static final int PARTITIONS = 4;
    private static final int RECORDS_PER_PARTITION = 5;
    private static final int RECORDS = PARTITIONS * RECORDS_PER_PARTITION;
    private static final Map<Integer, Long> ALL = Map.of(0, 5L, 1, 5L, 2, 5L, 3, 5L);

    private final HttpClient client = HttpClient.newHttpClient();
    private GatewayNode node;

    @BeforeEach
    void start(@TempDir Path directory) {
        GatewayLimits limits = GatewayLimits.builder()
                .checkpointIntervalMs(600_000)
                .drainMs(200)
                .build();
        node = GatewayNode.start(directory, limits);
        node.createTopic("work", PARTITIONS);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            node.appendNumbers("work", partition, 0, RECORDS_PER_PARTITION);
        }
    }

    @AfterEach
    void stop() {
        node.close();
    }

    /** A member that has received every record and answers no ping by itself. */
    private RawFrames member(String group) throws IOException {
        RawFrames member = RawFrames.open(node.port(), "/topics/work/stream?from=earliest&group=" + group);
        for (int i = 0; i < RECORDS; i++) {
            member.nextText();
        }
        return member;
    }

    @Test
    void whatAMemberHasReceivedIsCommittedBeforeItsConnectionEnds() {
        TestMessages member = TestMessages.json(client, node);
        member.subscribe(1, "'topics':['work'],'group':'json','from':'earliest'");
        member.subscribe(2, "'topics':['work'],'group':'manual','commit':'manual','from':'earliest'");
        TestSocket plain = TestSocket.open(client, node.ws("/topics/work/stream?group=plain&from=earliest"));
        member.records(2 * RECORDS);
        plain.nextOffsets(RECORDS);
        assertThat(node.committed("json")).isEmpty();

        node.gateway().drain();

        assertThat(member.closeCode()).isEqualTo(1012);
        assertThat(plain.closeCode()).isEqualTo(1012);
        await().untilAsserted(() -> {
            assertThat(node.committed("json")).isEqualTo(ALL);
            assertThat(node.committed("plain")).isEqualTo(ALL);
        });
        assertThat(node.committed("manual")).isEmpty();
    }

    @Test
    void whoDoesNotAnswerIsClosedAllTheSameAndGetsItsRecordsAgain() throws Exception {
        try (RawFrames silent = member("silent")) {
            node.gateway().drain();

            assertThat(silent.next().opcode()).isEqualTo(RawFrames.Frame.PING);
            assertThat(silent.nextCloseCode()).isEqualTo(1012);
        }
        assertThat(node.committed("silent")).isEmpty();
    }

    @Test
    void whatIsWrittenDuringTheLastPingIsLeftToTheNextNode() throws Exception {
        try (RawFrames slow = member("slow")) {
            node.gateway().drain();
            RawFrames.Frame ping = slow.next();
            assertThat(ping.opcode()).isEqualTo(RawFrames.Frame.PING);

            node.appendNumbers("work", 0, RECORDS_PER_PARTITION, RECORDS_PER_PARTITION + 1);
            slow.send(0x80 | RawFrames.Frame.PONG, ping.payload());

            assertThat(slow.next().opcode()).isEqualTo(RawFrames.Frame.CLOSE);
        }
        await().untilAsserted(() -> assertThat(node.committed("slow")).isEqualTo(ALL));
    }
}
