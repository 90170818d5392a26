package io.millrace.server.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.millrace.server.dashboard.LiveDashboard.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.assertions.LocatorAssertions.HasTextOptions;
import com.microsoft.playwright.options.ColorScheme;
import io.millrace.cluster.peer.FreePorts;
import io.millrace.server.TestServer;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the page does while it does not see the node: it never loses its place. */
@Timeout(120)
class DashboardResumeIT {

    private static LiveDashboard dashboard;

    @BeforeAll
    static void start() {
        dashboard = LiveDashboard.start();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (dashboard != null) {
            dashboard.close();
        }
    }

    @Test
    void pauseKeepsThePositionAndResumeContinuesWithTheNextRecord() {
        try (DashboardTab tab = dashboard.openWide(ColorScheme.LIGHT)) {
            assertThat(tab.rows().first()).isVisible();
            tab.recordDeliveries();
            eventually().until(() -> !tab.received().isEmpty());

            tab.pauseButton().click();
            assertThat(tab.tailStatus()).containsText(Pattern.compile("Paused\\. [1-9]\\d* new records? waiting"));
            int receivedBefore = tab.received().size();
            String newestRow = tab.rows().first().textContent();
            int storedBefore = dashboard.devices().acknowledged().size();
            eventually().until(() -> dashboard.devices().acknowledged().size() > storedBefore + 50);
            assertThat(tab.received()).hasSize(receivedBefore);
            assertThat(tab.rows().first()).hasText(newestRow);

            tab.pauseButton().click();
            eventually().untilAsserted(() -> assertThat(tab.received()).hasSizeGreaterThan(receivedBefore + 50));
            new ReceivedOffsets(tab.received()).assertNoneTwiceAndNoneLeftOut();
            tab.assertNothingWentWrong();
        }
    }

    @Test
    void whenTheNodeRestarts_thenThePageComesBackWithoutLosingOrRepeatingARecord(@TempDir Path ownDirectory)
            throws InterruptedException {
        String samePort = "http.port=" + FreePorts.next();
        TestServer first = TestServer.startIn(ownDirectory, samePort);
        try (DeviceReadings before = new DeviceReadings(first.httpUrl());
                DeviceReadings after = new DeviceReadings(first.httpUrl());
                DashboardTab tab = dashboard.newTab(LiveDashboard.wide(ColorScheme.LIGHT))) {
            before.createTopic();
            tab.open(first.httpUrl());
            assertThat(tab.page().locator("h1")).hasText(DeviceReadings.TOPIC);
            assertThat(tab.page().locator(".empty")).containsText("No record yet");
            tab.recordDeliveries();
            before.start();
            assertThat(tab.rows().first()).isVisible();
            before.stop();

            first.close();
            assertThat(tab.connection()).hasText(Pattern.compile("Reconnecting (in \\d+ s|now)"));
            assertThat(tab.page().locator(".notice.error")).containsText("The node cannot be reached");
            tab.screenshot("dashboard-reconnecting.png");

            try (TestServer second = TestServer.startIn(ownDirectory, samePort)) {
                // Written while the page is still waiting, or just back: either way it has to arrive.
                after.start();
                // Half a minute is the longest that it waits before it tries again.
                assertThat(tab.connection()).hasText("Live", new HasTextOptions().setTimeout(45_000));
                eventually().until(() -> after.acknowledged().size() > 50);
                after.stop();
                eventually()
                        .untilAsserted(() -> assertThat(tab.received())
                                .containsAll(before.acknowledged())
                                .containsAll(after.acknowledged()));
            }
            new ReceivedOffsets(tab.received()).assertNoneTwiceAndNoneLeftOut();
        } finally {
            first.close();
        }
    }
}
