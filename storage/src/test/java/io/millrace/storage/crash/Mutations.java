package io.millrace.storage.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * Changes the sources of a module as a list says, compiles what was changed, and runs a test against it in a class loader of its own.
 * The working directory is that of the module.
 */
public final class Mutations {

    private static final Path CLASSES = Path.of("target/classes");
    private static final Path TEST_CLASSES = Path.of("target/test-classes");

    private final String packagePrefix;
    private final Path sources;
    private final Path directory;

    /**
     * @param packagePrefix of the classes that are taken from the module, with a dot at its end; files and tests in the list are named
     *     below it
     * @param directory for what is compiled
     */
    public Mutations(String packagePrefix, Path directory) {
        this.packagePrefix = packagePrefix;
        this.sources = Path.of("src/main/java").resolve(packagePrefix.replace('.', '/'));
        this.directory = directory;
    }

    /** What is left out, where, and which test must notice. */
    private record Mutation(String name, String file, String from, String to, String test) {}

    /**
     * One test for each mutation of a list.
     *
     * @param wanted a part of the names of those to run, or {@code true} for all
     */
    public Stream<DynamicTest> tests(Path list, String wanted) throws IOException {
        return mutations(list).stream()
                .filter(mutation -> wanted.equals("true") || mutation.name().contains(wanted))
                .map(mutation -> DynamicTest.dynamicTest(mutation.name(), () -> turnsATestRed(mutation)));
    }

    private static List<Mutation> mutations(Path list) throws IOException {
        List<String> lines = Files.readAllLines(list);
        int at = 0;
        List<Mutation> all = new ArrayList<>();
        while (at < lines.size()) {
            if (lines.get(at).isBlank() || lines.get(at).startsWith("#")) {
                at++;
                continue;
            }
            all.add(new Mutation(
                    lines.get(at), lines.get(at + 1), lines.get(at + 2), lines.get(at + 3), lines.get(at + 4)));
            at += 5;
        }
        return all;
    }

    private void turnsATestRed(Mutation mutation) throws IOException {
        long began = System.nanoTime();
        Path mutated = Files.createTempDirectory(directory, "mutation");
        compile(mutation, mutated);
        List<String> red = run(mutation.test(), mutated);
        System.out.printf(
                "mutation: without %s: %s red%s, %d ms%n",
                mutation.name(), mutation.test(), red, (System.nanoTime() - began) / 1_000_000);
        assertThat(red).as("red tests without: %s", mutation.name()).isNotEmpty();
    }

    private void compile(Mutation mutation, Path target) throws IOException {
        Path original = sources.resolve(mutation.file());
        // The formatter decides where lines break; a mutation does not care.
        String source = withoutComments(Files.readString(original))
                .replaceAll("\\s+", " ")
                .replace("( ", "(");
        assertThat(source).as("%s", original).contains(mutation.from());
        Path file = target.resolve("source").resolve(original.getFileName());
        Files.createDirectories(file.getParent());
        Files.writeString(file, source.replace(mutation.from(), mutation.to()));
        int result = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-nowarn",
                        "-classpath",
                        CLASSES + System.getProperty("path.separator") + System.getProperty("java.class.path"),
                        "-d",
                        target.toString(),
                        file.toString());
        assertThat(result).as("the compiler's result for: %s", mutation.name()).isZero();
    }

    private static String withoutComments(String source) {
        return source.replaceAll("(?s)/\\*.*?\\*/", "").replaceAll("(?m)^\\s*//.*$", "");
    }

    /** Runs a test against the mutated classes; returns the names of the tests that failed. */
    private List<String> run(String test, Path mutated) throws IOException {
        URL[] path = {
            mutated.toUri().toURL(),
            CLASSES.toUri().toURL(),
            TEST_CLASSES.toUri().toURL()
        };
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = new ChildFirst(path, Mutations.class.getClassLoader())) {
            thread.setContextClassLoader(loader);
            String[] names = test.split("#");
            Class<?> testClass = loader.loadClass(packagePrefix + names[0]);
            LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                    .selectors(names.length == 1 ? selectClass(testClass) : selectMethod(testClass, names[1]))
                    .build();
            SummaryGeneratingListener summary = new SummaryGeneratingListener();
            LauncherFactory.create().execute(request, summary);
            assertThat(summary.getSummary().getTestsStartedCount())
                    .as("tests run of %s", test)
                    .isPositive();
            return summary.getSummary().getFailures().stream()
                    .map(failure -> failure.getTestIdentifier().getDisplayName())
                    .toList();
        } catch (ClassNotFoundException e) {
            throw new AssertionError("there is no test " + test, e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** Takes the classes of the module and of its tests from its own path, everything else from where it is. */
    private final class ChildFirst extends URLClassLoader {
        ChildFirst(URL[] path, ClassLoader parent) {
            super(path, parent);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(packagePrefix)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : findClass(name);
            }
        }
    }
}
