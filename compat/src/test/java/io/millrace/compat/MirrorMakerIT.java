package io.millrace.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** MirrorMaker 2 from one node to another. */
@Tag("slow")
class MirrorMakerIT {

    private static final Duration PATIENCE = Duration.ofSeconds(120);

    @TempDir
    Path directory;

    @Test
    void aTopicIsMirroredFromOneNodeToAnother() throws Exception {
        List<String> lines = IntStream.range(0, 500).mapToObj(i -> "line " + i).toList();
        try (MillraceNode from = MillraceNode.start(directory.resolve("from"));
                MillraceNode to = MillraceNode.start(directory.resolve("to"))) {
            new TestClient(from.bootstrap()).create("lines", 1);
            new TestClient(from.bootstrap()).produce("lines", lines.subList(0, 250));
            Path settings = Files.writeString(
                    directory.resolve("mirror.properties"), """
                    clusters=from,to
                    from.bootstrap.servers=%s
                    to.bootstrap.servers=%s
                    from->to.enabled=true
                    to->from.enabled=false
                    from->to.topics=lines
                    replication.factor=1
                    checkpoints.topic.replication.factor=1
                    heartbeats.topic.replication.factor=1
                    offset-syncs.topic.replication.factor=1
                    offset.storage.replication.factor=1
                    status.storage.replication.factor=1
                    config.storage.replication.factor=1
                    refresh.topics.interval.seconds=2
                    dedicated.mode.enable.internal.rest=false
                    """.formatted(from.bootstrap(), to.bootstrap()));
            try (ForeignProcess mirror = ForeignProcess.startJava(
                    ClassPaths.kafka(), "org.apache.kafka.connect.mirror.MirrorMaker", List.of(settings.toString()))) {
                TestClient reader = new TestClient(to.bootstrap());
                reader.create("from.lines", 1);
                reader.committed("from.lines", all -> all.size() >= 250, PATIENCE);
                new TestClient(from.bootstrap()).produce("lines", lines.subList(250, 500));
                assertThat(reader.committed("from.lines", all -> all.size() >= 500, PATIENCE))
                        .extracting(each -> new String(each.value(), StandardCharsets.UTF_8))
                        .containsExactlyElementsOf(lines);
            }
        }
    }
}
