package io.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every file under {@code conf/} is one that a user may start from. */
@Timeout(60)
class ConfFilesIT {

    @TempDir
    Path directory;

    @ParameterizedTest
    @MethodSource("files")
    void startsANode(Path file) throws Exception {
        try (TestServer server = TestServer.startWith(file, directory)) {
            assertThat(HttpCalls.get(server.httpUrl() + "/readyz").statusCode()).isEqualTo(200);
        }
    }

    static List<Path> files() throws IOException {
        Path conf = Path.of(System.getProperty("millrace.rootDirectory", "..")).resolve("conf");
        try (Stream<Path> files = Files.walk(conf)) {
            return files.filter(file -> file.toString().endsWith(".yaml")).toList();
        }
    }
}
