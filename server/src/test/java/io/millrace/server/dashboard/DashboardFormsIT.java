package io.millrace.server.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.ColorScheme;
import io.millrace.server.TestServer;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
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
    void topicsOfCoordinatorsAreNeitherListedNorCountedAndOpenByTheirAddress() throws Exception {
        try (TestServer grouped = TestServer.start()) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", grouped.kafkaAddress()))) {
                admin.createTopics(List.of(new NewTopic("read", 1, (short) 1)))
                        .all()
                        .get();
                admin.alterConsumerGroupOffsets("g", Map.of(new TopicPartition("read", 0), new OffsetAndMetadata(0)))
                        .all()
                        .get();
            }
            try (DashboardTab tab =
                    dashboard.newTab(LiveDashboard.wide(ColorScheme.LIGHT)).open(grouped.httpUrl())) {
                assertThat(tab.page().locator("h1")).hasText("read");
                assertThat(tab.page().locator(".topic-card")).hasCount(1);
                assertThat(tab.page().locator(".tiles")).containsText("1 topic");

                tab.page().navigate(grouped.httpUrl() + "/#/topics/__consumer_offsets");
                assertThat(tab.page().locator("h1")).hasText("__consumer_offsets");
                tab.assertNothingWentWrong();
            }
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
