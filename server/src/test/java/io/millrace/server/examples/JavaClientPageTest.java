package io.millrace.server.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class JavaClientPageTest {

    @Test
    void thePageShowsTheProgramThatIsTested() throws IOException {
        String program = Files.readString(Path.of("src/test/java/io/millrace/server/examples/FollowReadings.java"));
        assertThat(Files.readString(Path.of("../docs/java-client.md")))
                .as("docs/java-client.md: put the text of FollowReadings.java between ```java and ```")
                .contains("```java\n" + program.replaceFirst("(?s)^package .*?\\R\\R", "") + "```\n");
    }
}
