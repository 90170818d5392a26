package io.millrace.server.cli;

import io.millrace.server.config.ConfigLoader;
import io.millrace.server.config.MillraceConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that lead to a configuration, shared by the commands that need one. */
final class ConfigOptions {

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "Configuration file (YAML); without one, the defaults apply.")
    Path file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Sets one key, for example --set kafka.port=19092. Wins over the environment"
                    + " (MILLRACE_KAFKA_PORT), which wins over the file. Repeatable.")
    List<String> overrides = new ArrayList<>();

    MillraceConfig load() {
        return ConfigLoader.load(file, System.getenv(), overrides);
    }

    /** Loads with values that hold where the user sets nothing else. */
    MillraceConfig load(List<String> presets) {
        return ConfigLoader.load(presets, file, System.getenv(), overrides);
    }
}
