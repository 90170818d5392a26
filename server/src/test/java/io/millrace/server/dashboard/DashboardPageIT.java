package io.millrace.server.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.millrace.server.dashboard.LiveDashboard.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Page.GetByLabelOptions;
import com.microsoft.playwright.options.ColorScheme;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a person sees who opens the page while devices are writing. */
@Timeout(120)
class DashboardPageIT {

    private static final String TOPIC = DeviceReadings.TOPIC;

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
    void topicsAppearWithTheirRates() {
        try (DashboardTab tab = dashboard.openWide(ColorScheme.LIGHT)) {
            assertThat(tab.connection()).hasText("Live");
            assertThat(tab.page().locator("h1")).hasText(TOPIC);
            eventually().untilAsserted(() -> assertThat(tab.rate(TOPIC)).isPositive());
            tab.assertNothingWentWrong();
        }
    }

    @Test
    void bothChartsAreDrawnAndMove() {
        try (DashboardTab tab = dashboard.openWide(ColorScheme.LIGHT)) {
            eventually().untilAsserted(() -> {
                assertThat(tab.linePixels("rate-chart", "--accent")).isGreaterThan(50);
                assertThat(tab.linePixels("field-chart", "--series-1")).isGreaterThan(20);
            });
            assertThat(tab.page().locator(".field-choice select")).hasValue("temperature");
            int rates = tab.picture("rate-chart");
            int readings = tab.picture("field-chart");
            eventually().untilAsserted(() -> {
                assertThat(tab.picture("rate-chart")).isNotEqualTo(rates);
                assertThat(tab.picture("field-chart")).isNotEqualTo(readings);
            });
            tab.screenshot("dashboard-light.png");
            tab.assertNothingWentWrong();
        }
    }

    @Test
    void theReadingsChartDrawsNestedFieldsAndAverages() {
        try (DashboardTab tab = dashboard.openWide(ColorScheme.LIGHT)) {
            tab.page().locator(".field-choice select").selectOption("site.temp");
            tab.page().locator("field-chart .choice-bar").getByText("Average").click();
            eventually()
                    .untilAsserted(() -> assertThat(tab.linePixels("field-chart", "--accent"))
                            .isGreaterThan(20));
            tab.assertNothingWentWrong();
        }
    }

    @Test
    void theTailIsFilteredByTextKeyAndPartition() {
        try (DashboardTab tab = dashboard.openWide(ColorScheme.LIGHT)) {
            assertThat(tab.rows().first()).isVisible();

            tab.page().getByLabel("Part of the key").fill("dev-12");
            eventually()
                    .untilAsserted(
                            () -> assertThat(tab.page().locator(".cell-key").allTextContents())
                                    .isNotEmpty()
                                    .containsOnly("dev-12"));

            tab.page().getByLabel("Part of the key").fill("");
            tab.page()
                    .getByLabel("Partition", new GetByLabelOptions().setExact(true))
                    .selectOption("2");
            eventually()
                    .untilAsserted(() -> assertThat(
                                    tab.page().locator(".cell-partition").allTextContents())
                            .isNotEmpty()
                            .allSatisfy(
                                    partition -> assertThat(partition.strip()).isEqualTo("2")));

            tab.page().getByLabel("Text in key or value").fill("no record says this");
            assertThat(tab.page().locator(".tail-card .empty")).containsText("matches the filter");
            tab.assertNothingWentWrong();
        }
    }

    @Test
    void rowsStandStillWhileThePointerIsOverThem() {
        try (DashboardTab tab = dashboard.openWide(ColorScheme.LIGHT)) {
            tab.rows().nth(3).hover();
            assertThat(tab.tailStatus()).containsText(Pattern.compile("Holding still while you point · \\d+ new"));
            String held = tab.rows().first().textContent();
            int storedBefore = dashboard.devices().acknowledged().size();
            eventually().until(() -> dashboard.devices().acknowledged().size() > storedBefore + 50);
            assertThat(tab.rows().first()).hasText(held);

            tab.page().locator("h1").hover();
            assertThat(tab.rows().first()).not().hasText(held);
            tab.assertNothingWentWrong();
        }
    }

    @Test
    void thePageFollowsTheDarkSystemAndCanBeSwitched() {
        try (DashboardTab tab = dashboard.openWide(ColorScheme.DARK)) {
            eventually()
                    .untilAsserted(() -> assertThat(tab.linePixels("field-chart", "--series-1"))
                            .isGreaterThan(20));
            assertThat(pageBrightness(tab)).isLessThan(60);
            tab.screenshot("dashboard-dark.png");

            tab.page().getByLabel("Colours follow the system").click();
            assertThat(pageBrightness(tab)).isGreaterThan(200);
            tab.page().reload();
            assertThat(tab.page().getByLabel("Light colours")).isVisible();
            assertThat(pageBrightness(tab)).isGreaterThan(200);
        }
    }

    @Test
    void onAPhoneNothingScrollsSideways() {
        try (DashboardTab tab = dashboard.openOnPhone()) {
            assertThat(tab.rows().first()).isVisible();
            assertThat(tab.page().evaluate("document.documentElement.scrollWidth"))
                    .isEqualTo(360);
            eventually()
                    .untilAsserted(() ->
                            assertThat(tab.linePixels("rate-chart", "--accent")).isGreaterThan(50));
            tab.screenshot("dashboard-phone.png");

            tab.rows().nth(1).locator("button").tap();
            assertThat(tab.page().locator("record-details dialog")).isVisible();
            assertThat(tab.page().evaluate("document.documentElement.scrollWidth"))
                    .isEqualTo(360);
            tab.assertNothingWentWrong();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ColorScheme.class,
            names = {"LIGHT", "DARK"})
    void thePageMeetsTheRulesOfAccessibility(ColorScheme scheme) {
        try (DashboardTab tab = dashboard.openWide(scheme)) {
            assertThat(tab.rows().first()).isVisible();
            List<String> violations = new AxeBuilder(tab.page())
                            // Rows are alike, and there are two hundred of them.
                            .exclude("table.tail tbody tr:nth-child(n+8)")
                            .analyze()
                            .getViolations()
                            .stream()
                            .flatMap(rule -> rule.getNodes().stream()
                                    .map(node -> rule.getId() + ": " + node.getHtml() + node.getFailureSummary()))
                            .toList();
            assertThat(violations).isEmpty();
        }
    }

    /** 0 black to 255 white. */
    private static int pageBrightness(DashboardTab tab) {
        Object color = tab.page().evaluate("getComputedStyle(document.body).backgroundColor");
        return Pattern.compile("\\d+")
                        .matcher(color.toString())
                        .results()
                        .mapToInt(channel -> Integer.parseInt(channel.group()))
                        .sum()
                / 3;
    }
}
