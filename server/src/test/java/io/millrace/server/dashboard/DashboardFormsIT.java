package io.millrace.server.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.ColorScheme;
import io.millrace.server.TestServer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a person can do on the page. */
@Timeout(120)
class DashboardFormsIT {

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
    void aRecordOpensAndClosesByKeyboard() {
        try (DashboardTab tab = dashboard.openWide(ColorScheme.DARK)) {
            tab.rows().first().locator("button").focus();
            tab.page().keyboard().press("Enter");
            Locator dialog = tab.page().locator("record-details dialog");
            assertThat(dialog).isVisible();
            assertThat(dialog.locator("pre")).containsText("\"temperature\":");

            tab.page().keyboard().press("Escape");
            assertThat(dialog).isHidden();
            tab.assertNothingWentWrong();
        }
    }

    @Test
    void aNewcomerCreatesATopicAndSendsARecord() {
        try (TestServer empty = TestServer.start();
                DashboardTab tab =
                        dashboard.newTab(LiveDashboard.wide(ColorScheme.LIGHT)).open(empty.httpUrl())) {
            assertThat(tab.page().locator("h1")).containsText("Nothing flows yet");
            tab.page().getByText("Create a topic").click();
            tab.page().getByLabel("Name").fill("greetings");
            tab.page().locator("create-topic form button").click();
            assertThat(tab.page().locator("h1")).hasText("greetings");

            tab.page().locator(".topic-head .primary").click();
            tab.page().locator("send-record textarea").fill("{\"hello\":\"world\"}");
            tab.page().locator("send-record form button").click();
            assertThat(tab.page().locator("send-record .notice.success")).containsText("offset 0");
            tab.page().keyboard().press("Escape");
            assertThat(tab.rows().first()).containsText("{\"hello\":\"world\"}");
            tab.assertNothingWentWrong();
        }
    }

    @Test
    void errorsOfTheServerAreShownInItsOwnWords() {
        try (DashboardTab tab = dashboard.openWide(ColorScheme.LIGHT)) {
            tab.page().getByText("+ New").click();
            tab.page().getByLabel("Name").fill(DeviceReadings.TOPIC);
            tab.page().locator("create-topic form button").click();
            assertThat(tab.page().locator("create-topic .notice.error"))
                    .containsText(Pattern.compile("TOPIC_ALREADY_EXISTS"));
        }
    }
}
