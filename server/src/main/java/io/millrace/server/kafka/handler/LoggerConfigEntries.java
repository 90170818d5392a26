package io.millrace.server.kafka.handler;

import io.millrace.server.kafka.handler.ConfigEntry.Synonym;
import io.millrace.server.logging.LoggerLevels;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

/** The levels of this process's loggers as settings (KIP-412). */
final class LoggerConfigEntries {

    private LoggerConfigEntries() {}

    static List<ConfigEntry> all() {
        List<ConfigEntry> entries = new ArrayList<>();
        LoggerLevels.all()
                .forEach((name, level) -> entries.add(ConfigEntry.of(
                        name,
                        false,
                        ConfigType.STRING,
                        "What this logger writes.",
                        List.of(new Synonym(name, level, ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG)))));
        return entries;
    }

    /**
     * Checks a change.
     *
     * @param level null to take it away
     */
    static void check(String name, String level) {
        if (!LoggerLevels.exists(name)) {
            throw Errors.INVALID_CONFIG.exception("There is no logger '" + name + "' in this process.");
        }
        if (level != null && !LoggerLevels.isLevel(level)) {
            throw Errors.INVALID_CONFIG.exception("Logger '" + name + "' cannot have the level '" + level
                    + "': ERROR, WARN, INFO, DEBUG and TRACE are.");
        }
        if (level == null && name.equals("root")) {
            throw Errors.INVALID_CONFIG.exception("The root logger always has a level: set another one.");
        }
    }

    /** Makes a change that was checked. */
    static void apply(String name, String level) {
        if (level == null) {
            LoggerLevels.unset(name);
        } else {
            LoggerLevels.set(name, level);
        }
    }
}
