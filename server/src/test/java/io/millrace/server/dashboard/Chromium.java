package io.millrace.server.dashboard;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The Chromium that is installed on this machine, without a window. Nothing is downloaded. */
final class Chromium implements AutoCloseable {

    private static final String CHOSEN = "MILLRACE_TEST_CHROMIUM";

    private static final List<String> USUAL_PLACES = List.of(
            "/usr/bin/chromium",
            "/usr/bin/chromium-browser",
            "/usr/bin/google-chrome",
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");

    private static final String HOW_TO_GET_IT =
            "No Chromium found, so the page was not tested. Install it (Debian and Ubuntu: apt-get install chromium) or name"
                    + " its executable in the environment variable " + CHOSEN + ".";

    /** Ceilings for a machine with much else to do; Playwright's own are 5 and 30 seconds. */
    private static final double LOOK_MS_MAX = 30_000;

    private static final double LAUNCH_MS_MAX = 90_000;

    static {
        PlaywrightAssertions.setDefaultAssertionTimeout(LOOK_MS_MAX);
    }

    private final Playwright playwright;
    private final Browser browser;

    private Chromium(Path executable) {
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(executable)
                        .setTimeout(LAUNCH_MS_MAX)
                        .setArgs(List.of(
                                // Containers commonly run as root and without the kernel features of the sandbox.
                                "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage")));
    }

    /** Skips the calling test where there is no Chromium; on a build server that is a failure. */
    static Chromium launch() {
        Optional<Path> executable = find();
        if (executable.isEmpty() && System.getenv("CI") != null) {
            throw new IllegalStateException(HOW_TO_GET_IT);
        }
        assumeTrue(executable.isPresent(), HOW_TO_GET_IT);
        return new Chromium(executable.get());
    }

    Browser browser() {
        return browser;
    }

    @Override
    public void close() {
        playwright.close();
    }

    private static Optional<Path> find() {
        return Stream.concat(Stream.ofNullable(System.getenv(CHOSEN)), USUAL_PLACES.stream())
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }
}
