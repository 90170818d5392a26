package io.millrace.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.LoggerFactory;

/**
 * The levels of this process's loggers, by the names that Kafka's tools use: the root logger is "root". A change lasts until the process
 * ends. Only loggers that there are can be changed, so that nobody can make their number grow. Thread-safe.
 */
public final class LoggerLevels {

    private static final String ROOT = "root";

    private LoggerLevels() {}

    /** The level that is in force for each logger. Empty when the process logs by something else than Logback. */
    public static Map<String, String> all() {
        Map<String, String> levels = new TreeMap<>();
        context()
                .ifPresent(context -> context.getLoggerList()
                        .forEach(logger -> levels.put(
                                kafkaName(logger), logger.getEffectiveLevel().toString())));
        return levels;
    }

    /** Whether there is a logger of that name. */
    public static boolean exists(String name) {
        return find(name).isPresent();
    }

    /** Whether it is the name of a level. */
    public static boolean isLevel(String level) {
        return level != null && (level.equals("FATAL") || Level.toLevel(level, null) != null);
    }

    /** Sets the level of a logger that exists; Kafka's FATAL is ERROR here. */
    public static void set(String name, String level) {
        Level wanted = level.equals("FATAL") ? Level.ERROR : Level.toLevel(level);
        find(name).ifPresent(logger -> logger.setLevel(wanted));
    }

    /** Gives a logger the level of the one above it. The root logger has none above it. */
    public static void unset(String name) {
        find(name).filter(logger -> !isRoot(logger)).ifPresent(logger -> logger.setLevel(null));
    }

    private static Optional<Logger> find(String name) {
        return context()
                .map(context -> name.equals(ROOT)
                        ? context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)
                        : context.exists(name));
    }

    private static String kafkaName(Logger logger) {
        return isRoot(logger) ? ROOT : logger.getName();
    }

    private static boolean isRoot(Logger logger) {
        return logger.getName().equals(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    private static Optional<LoggerContext> context() {
        return LoggerFactory.getILoggerFactory() instanceof LoggerContext context
                ? Optional.of(context)
                : Optional.empty();
    }
}
