package io.millrace.compat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** A process and what it prints. Closing it kills it. */
final class ForeignProcess implements AutoCloseable {

    private final Process process;
    private final List<String> output = new CopyOnWriteArrayList<>();
    private final Thread reader = new Thread(this::read, "output");

    private ForeignProcess(Process process) {
        this.process = process;
        reader.setDaemon(true);
        reader.start();
    }

    static ForeignProcess start(List<String> command) throws IOException {
        return start(command, Map.of());
    }

    static ForeignProcess start(List<String> command, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return new ForeignProcess(builder.start());
    }

    /** A main program. */
    static ForeignProcess startJava(String classPath, String mainClass, List<String> arguments) throws IOException {
        return startJava(List.of("-Xmx512m"), classPath, mainClass, arguments);
    }

    /** A main program. */
    static ForeignProcess startJava(List<String> options, String classPath, String mainClass, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(java(), "-XX:TieredStopAtLevel=1"));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, mainClass));
        command.addAll(arguments);
        return start(command);
    }

    static boolean isInstalled(String program) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** The first line, printed or to be printed, that matches. */
    Matcher awaitLine(String regex, Duration timeout) {
        Pattern pattern = Pattern.compile(regex);
        return Awaitility.await()
                .alias("a line like " + regex)
                .atMost(timeout)
                .pollInterval(Duration.ofMillis(20))
                .failFast(() -> {
                    if (hasEndedWithout(pattern)) {
                        throw new AssertionError("it ended without a line like " + regex + ":\n" + output());
                    }
                })
                .until(() -> find(pattern), Optional::isPresent)
                .orElseThrow();
    }

    private boolean hasEndedWithout(Pattern pattern) {
        return !process.isAlive() && !reader.isAlive() && find(pattern).isEmpty();
    }

    private Optional<Matcher> find(Pattern pattern) {
        return output.stream().map(pattern::matcher).filter(Matcher::find).findFirst();
    }

    /** Waits for the end; fails unless it ends well in time. Returns what it printed. */
    String awaitSuccess(Duration timeout) throws InterruptedException {
        int code = awaitEnd(timeout);
        if (code != 0) {
            throw new AssertionError("it ended with code " + code + ":\n" + output());
        }
        return output();
    }

    int awaitEnd(Duration timeout) throws InterruptedException {
        if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("still running after " + timeout + ":\n" + output());
        }
        reader.join();
        return process.exitValue();
    }

    /** What SIGTERM does. */
    void terminate() {
        process.destroy();
    }

    /** What {@code kill -9} does. */
    void kill() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** For conditions that something is waited for with. */
    boolean isAliveAnd(boolean condition) {
        if (!condition && !process.isAlive()) {
            throw new AssertionError("it has ended:\n" + output());
        }
        return condition;
    }

    List<String> lines() {
        return List.copyOf(output);
    }

    String output() {
        return String.join("\n", output);
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
