package io.millrace.server.dashboard;

import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.options.ColorScheme;
import io.millrace.server.TestServer;
import java.time.Duration;
import org.awaitility.core.ConditionFactory;

/** A browser, a node, and devices that write to it; what a test of the page begins with. */
final class LiveDashboard implements AutoCloseable {

    private final Chromium chromium = Chromium.launch();
    private final TestServer server = TestServer.start();
    private final DeviceReadings devices = new DeviceReadings(server.httpUrl());

    private LiveDashboard() {}

    /** Skips the calling test where there is no browser. */
    static LiveDashboard start() {
        LiveDashboard dashboard = new LiveDashboard();
        dashboard.devices.createTopic();
        dashboard.devices.start();
        return dashboard;
    }

    DeviceReadings devices() {
        return devices;
    }

    /** The page as on a desk. */
    DashboardTab openWide(ColorScheme scheme) {
        return newTab(wide(scheme)).open(server.httpUrl());
    }

    /** The page as on a small phone. */
    DashboardTab openOnPhone() {
        return newTab(phone()).open(server.httpUrl());
    }

    static NewContextOptions phone() {
        return new NewContextOptions()
                .setViewportSize(360, 780)
                .setDeviceScaleFactor(2)
                .setIsMobile(true)
                .setHasTouch(true);
    }

    /** An empty tab. */
    DashboardTab newTab(NewContextOptions options) {
        return new DashboardTab(chromium.browser(), options);
    }

    static NewContextOptions wide(ColorScheme scheme) {
        return new NewContextOptions().setViewportSize(1440, 1000).setColorScheme(scheme);
    }

    /** Waits for something on the page. Polls on the calling thread, because Playwright belongs to it. */
    static ConditionFactory eventually() {
        return await().pollInSameThread().atMost(Duration.ofSeconds(60));
    }

    @Override
    public void close() throws InterruptedException {
        devices.close();
        server.close();
        chromium.close();
    }
}
