package io.millrace.server.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import io.millrace.server.dashboard.DeviceReadings.Position;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** One open tab with the page: its parts by name, everything that went wrong in it, and every record that reached it. */
final class DashboardTab implements AutoCloseable {

    /** Pixels of a chart in the colour of its lines: not the axes, not the fill below the line. */
    private static final String LINE_PIXELS = """
            (canvas, color) => {
              const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height });
              const probe = copy.getContext('2d', { willReadFrequently: true });
              probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(color).trim();
              probe.fillRect(0, 0, 1, 1);
              const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data;
              probe.clearRect(0, 0, 1, 1);
              probe.drawImage(canvas, 0, 0);
              const { data } = probe.getImageData(0, 0, canvas.width, canvas.height);
              let count = 0;
              for (let at = 0; at < data.length; at += 4) {
                const off = Math.abs(data[at] - red) + Math.abs(data[at + 1] - green) + Math.abs(data[at + 2] - blue);
                count += off < 12 && data[at + 3] > 240 ? 1 : 0;
              }
              return count;
            }
            """;

    private final BrowserContext context;
    private final Page page;
    private final List<String> problems = new ArrayList<>();
    private final List<String> requests = new ArrayList<>();

    DashboardTab(Browser browser, Browser.NewContextOptions options) {
        context = browser.newContext(options);
        page = context.newPage();
        page.onPageError(problems::add);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                problems.add(message.text());
            }
        });
        page.onRequestFailed(request -> problems.add(request.url() + ": " + request.failure()));
        page.onResponse(response -> {
            if (response.status() >= 400) {
                problems.add(response.url() + " answered " + response.status());
            }
        });
        page.onRequest(request -> requests.add(request.url()));
    }

    DashboardTab open(String url) {
        page.navigate(url);
        return this;
    }

    /** Writes down from now on which records the page's stream delivers; see {@link #received}. */
    void recordDeliveries() {
        page.locator("topic-page").evaluate("""
                        page => {
                          const { feed } = page;
                          window.delivered = [];
                          feed.onRecord = record => {
                            window.delivered.push(`${record.partition}:${record.offset}`);
                            Object.getPrototypeOf(feed).onRecord.call(feed, record);
                          };
                        }
                        """);
    }

    /** Records delivered to the page since {@link #recordDeliveries}, in order, over all its connections. */
    List<Position> received() {
        String delivered = page.evaluate("window.delivered.join(' ')").toString();
        return Pattern.compile("(\\d+):(\\d+)")
                .matcher(delivered)
                .results()
                .map(match -> new Position(Integer.parseInt(match.group(1)), Long.parseLong(match.group(2))))
                .toList();
    }

    Page page() {
        return page;
    }

    Locator connection() {
        return page.locator(".connection");
    }

    Locator topicCard(String topic) {
        return page.locator(".topic-card[data-topic='" + topic + "']");
    }

    Locator rows() {
        return page.locator("table.tail tbody tr");
    }

    Locator tailStatus() {
        return page.locator(".tail-status");
    }

    Locator pauseButton() {
        return page.locator(".pause-button");
    }

    /** @param chart {@code rate-chart} or {@code field-chart} */
    Locator canvas(String chart) {
        return page.locator("#" + chart + " canvas");
    }

    /** @param color name of the colour in the style sheet */
    int linePixels(String chart, String color) {
        return ((Number) canvas(chart).evaluate(LINE_PIXELS, color)).intValue();
    }

    /** Something that differs when the picture differs. */
    int picture(String chart) {
        return canvas(chart).evaluate("canvas => canvas.toDataURL()").hashCode();
    }

    /** Rate that a topic's card shows, in records per second; 0 while it is not known. */
    double rate(String topic) {
        String rate = topicCard(topic).getAttribute("data-rate");
        return rate == null || rate.isEmpty() ? 0 : Double.parseDouble(rate);
    }

    /** No console error or warning, no failed request, no error answer, and nothing loaded from another machine. */
    void assertNothingWentWrong() {
        assertThat(problems).isEmpty();
        assertThat(requests).allSatisfy(url -> assertThat(url).startsWith("http://127.0.0.1:"));
    }

    void screenshot(String name) {
        String buildDirectory = System.getProperty("millrace.buildDirectory", "target");
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of(buildDirectory, "screenshots", name)));
    }

    @Override
    public void close() {
        context.close();
    }
}
