package io.millrace.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.TerminalFailureException;

/** The fat jar in a process of its own, as users run it. Closing it kills it. */
public final class JarProcess implements AutoCloseable {

    private static final Path JAR =
            Path.of(System.getProperty("millrace.buildDirectory", "target")).resolve("millrace.jar");
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    private static final Pattern COMPLAINT = Pattern.compile("WARN|ERROR|Exception");

    /** What Vert.x warns of when its event loop did not come back within two seconds. */
    private static final String STOOD_STILL = "has been blocked for";

    private final Process process;
    private final List<String> output = new CopyOnWriteArrayList<>();
    private final Thread reader = new Thread(this::read, "jar-output");

    private JarProcess(Process process) {
        this.process = process;
        reader.start();
    }

    public static JarProcess run(String... arguments) throws IOException {
        return runAfter(List.of(), List.of(arguments));
    }

    /** As above, as the end of a command line, for example one that enters another network. */
    public static JarProcess runAfter(List<String> prefix, List<String> arguments) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        // These processes are short: the second compiler would only take the processor from them.
        List<String> command = Stream.of(
                        prefix,
                        List.of(java.toString(), "-XX:TieredStopAtLevel=1"),
                        ClassArchive.options(java, JAR),
                        List.of("-jar", JAR.toString()),
                        arguments)
                .flatMap(List::stream)
                .toList();
        return new JarProcess(
                new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    /**
     * Runs a node on free ports and waits until it is ready.
     *
     * @param settings {@code key=value}, as for {@code --set}
     */
    public static JarProcess startNode(Path dataDirectory, String... settings) throws IOException {
        Stream<String> all = Stream.concat(
                Stream.of("node.dataDir=" + dataDirectory, "kafka.port=0", "http.port=0", "topics.defaultPartitions=4"),
                Stream.of(settings));
        JarProcess node = run(Stream.concat(Stream.of("start"), all.flatMap(each -> Stream.of("--set", each)))
                .toArray(String[]::new));
        node.awaitLine("^Ready.*");
        return node;
    }

    /** The base URL that was printed at the start. */
    public String httpUrl() {
        return awaitLine("^ *HTTP +(http://.*)$").group(1);
    }

    /** The address of the Kafka listener that was printed at the start. */
    public String kafkaAddress() {
        return awaitLine("^ *Kafka +(\\S+)$").group(1);
    }

    /** The first line, printed or to be printed, that matches. */
    public Matcher awaitLine(String regex) {
        return awaitLine(regex, START_TIMEOUT);
    }

    /** As above, for what takes longer. */
    public Matcher awaitLine(String regex, Duration timeout) {
        Pattern pattern = Pattern.compile(regex);
        try {
            return Awaitility.await()
                    .alias("a line like " + regex)
                    .atMost(timeout)
                    .pollInterval(Duration.ofMillis(20))
                    .failFast(
                            "the process ended",
                            () -> !process.isAlive()
                                    && !reader.isAlive()
                                    && find(pattern).isEmpty())
                    .until(() -> find(pattern), Optional::isPresent)
                    .orElseThrow();
        } catch (ConditionTimeoutException | TerminalFailureException e) {
            throw new AssertionError(e.getMessage() + "\nIt printed:\n" + output(), e);
        }
    }

    private Optional<Matcher> find(Pattern pattern) {
        return output.stream().map(pattern::matcher).filter(Matcher::find).findFirst();
    }

    public long pid() {
        return process.pid();
    }

    /** What SIGTERM does: asks the process to stop. */
    public JarProcess terminate() {
        // Process.destroy would close the pipes too, and what is printed while it stops would be lost.
        process.toHandle().destroy();
        return this;
    }

    /** What {@code kill -9} does. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Waits for the end. */
    public int exitCode(Duration timeout) throws InterruptedException {
        if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("still running after " + timeout + ":\n" + output());
        }
        reader.join();
        return process.exitValue();
    }

    public String output() {
        return String.join("\n", output);
    }

    /** The lines that tell of something wrong; that a thread stood still for a moment says something of the machine only. */
    public List<String> complaints() {
        return output.stream()
                .filter(line -> COMPLAINT.matcher(line).find() && !line.contains(STOOD_STILL))
                .toList();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private void read() {
        try (BufferedReader in = process.inputReader()) {
            in.lines().forEach(output::add);
        } catch (IOException | UncheckedIOException e) {
            // Killed: what was read so far is all there is.
        }
    }
}
