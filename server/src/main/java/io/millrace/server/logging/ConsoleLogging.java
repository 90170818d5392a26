package io.millrace.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * Logging unless somebody configures Logback otherwise with {@code -Dlogback.configurationFile} or a file on the class path: one
 * line for each event on standard output, with its key=value pairs at the end. Libraries speak when something is wrong. {@code
 * LOG_LEVEL}, in the environment or as a system property, is the level of Millrace itself.
 *
 * <p>It is code because reading the same from XML costs a tenth of the start-up time: a parser and 500 classes.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class ConsoleLogging extends ContextAwareBase implements Configurator {

    private static final String PATTERN = "%d{HH:mm:ss.SSS} %-5level %-28logger{28} %msg %kvp%n";

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (isConfiguredByFile()) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        encoder.start();

        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setName("stdout");
        appender.setEncoder(encoder);
        appender.start();

        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(appender);
        context.getLogger("io.millrace").setLevel(level());
        // Pages about each node that goes; we say in one line which one. What finding others has to say is heard.
        context.getLogger("com.hazelcast.internal").setLevel(Level.ERROR);
        // A machine without a network has no hardware address, and needs none.
        context.getLogger("io.netty.util.internal.MacAddressUtil").setLevel(Level.ERROR);
        // Warns that it begins to work.
        context.getLogger("org.apache.kafka.controller.QuorumController").setLevel(Level.ERROR);
        // Asks for access to the inside of Java, for a speed that nobody needs here.
        context.getLogger("com.hazelcast.instance.impl.HazelcastInstanceFactory")
                .setLevel(Level.ERROR);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static boolean isConfiguredByFile() {
        ClassLoader classPath = ConsoleLogging.class.getClassLoader();
        return System.getProperty("logback.configurationFile") != null
                || classPath.getResource("logback-test.xml") != null
                || classPath.getResource("logback.xml") != null;
    }

    private static Level level() {
        String level = System.getProperty("LOG_LEVEL", System.getenv("LOG_LEVEL"));
        return Level.toLevel(level, Level.INFO);
    }
}
