package io.millrace.server.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.ColorScheme;
import io.millrace.server.HttpCalls;
import io.millrace.server.TestCluster;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the page shows of a cluster of three nodes, one of which goes away. */
@Timeout(120)
class DashboardClusterIT {

    private static final int NODES = 3;

    @TempDir
    Path directory;

    @Test
    void everyNodeHasItsCardAndOneThatIsGoneIsSeenAtOnce() throws Exception {
        // In this process: the page does not see a difference, and it is quick.
        try (Chromium chromium = Chromium.launch();
                TestCluster cluster = TestCluster.start(directory)) {
            String url = cluster.node(1).httpUrl();
            HttpCalls.postJson(url + "/topics", """
                    {"name":"readings","partitions":6,"replication_factor":3}""");
            allInSync(chromium, url);
            cluster.stop(3);
            oneDown(chromium, url);
        }
    }

    private static void allInSync(Chromium chromium, String url) {
        try (DashboardTab tab = new DashboardTab(chromium.browser(), LiveDashboard.wide(ColorScheme.LIGHT)).open(url)) {
            assertThat(tab.page().locator(".node-card")).hasCount(NODES);
            assertThat(tab.page().locator(".node-card.up")).hasCount(NODES);
            assertThat(tab.page().locator(".nodes-health")).hasText("All in sync");
            assertThat(tab.page().locator(".node-card .pill.accent")).hasCount(1);
            assertThat(card(tab, 1)).containsText("this page");
            assertThat(card(tab, 2).locator("dl")).containsText("Replicas");
            LiveDashboard.eventually()
                    .untilAsserted(() -> assertThat(
                                    card(tab, 2).locator(".node-rate b").textContent())
                            .isEqualTo("0"));
            tab.screenshot("dashboard-cluster-light.png");
            tab.assertNothingWentWrong();
        }
    }

    private static void oneDown(Chromium chromium, String url) {
        try (DashboardTab tab = new DashboardTab(chromium.browser(), LiveDashboard.wide(ColorScheme.DARK)).open(url)) {
            assertThat(card(tab, 3)).hasAttribute("data-state", "down");
            assertThat(tab.page().locator(".nodes-health")).containsText("1 of 3 nodes down");
            assertThat(tab.page().locator(".nodes-health")).containsText("6 replicas out of sync");
            assertThat(new AxeBuilder(tab.page()).include(".nodes").analyze().getViolations())
                    .isEmpty();
            tab.screenshot("dashboard-cluster-dark.png");
            tab.assertNothingWentWrong();
        }
        try (DashboardTab tab = new DashboardTab(chromium.browser(), LiveDashboard.phone()).open(url)) {
            assertThat(card(tab, 3)).hasAttribute("data-state", "down");
            assertThat(tab.page().evaluate("document.documentElement.scrollWidth"))
                    .isEqualTo(360);
            assertThat(new AxeBuilder(tab.page()).include(".nodes").analyze().getViolations())
                    .isEmpty();
            tab.screenshot("dashboard-cluster-phone.png");
            tab.assertNothingWentWrong();
        }
    }

    private static Locator card(DashboardTab tab, int node) {
        return tab.page().locator(".node-card[data-node='" + node + "']");
    }
}
