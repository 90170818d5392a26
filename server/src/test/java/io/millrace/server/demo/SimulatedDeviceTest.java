package io.millrace.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulatedDeviceTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void readingsAreJsonWithPlausibleValuesForAsLongAsTheDemoRuns() throws Exception {
        SimulatedDevice device = new SimulatedDevice("dev-07", 7);

        for (int i = 0; i < 10_000; i++) {
            JsonNode reading = JSON.readTree(device.nextReading());
            assertThat(reading.path("device").asText()).isEqualTo("dev-07");
            assertThat(reading.path("t").asDouble()).isBetween(0.0, 45.0);
            assertThat(reading.path("humidity").asDouble()).isBetween(5.0, 95.0);
            assertThat(reading.path("battery").asDouble()).isBetween(4.0, 100.0);
        }
    }

    @Test
    void theTemperatureMovesSmoothly() throws Exception {
        SimulatedDevice device = new SimulatedDevice("dev-07", 7);
        double last = JSON.readTree(device.nextReading()).path("t").asDouble();

        for (int i = 0; i < 10_000; i++) {
            double next = JSON.readTree(device.nextReading()).path("t").asDouble();
            assertThat(Math.abs(next - last)).isLessThan(1.0);
            last = next;
        }
    }

    @Test
    void theSameSeedGivesTheSameReadings() {
        assertThat(readings(new SimulatedDevice("a", 1))).isEqualTo(readings(new SimulatedDevice("a", 1)));
        assertThat(readings(new SimulatedDevice("a", 1))).isNotEqualTo(readings(new SimulatedDevice("a", 2)));
    }

    @Test
    void devicesHaveTemperaturesOfTheirOwn() throws Exception {
        double lowest = Double.MAX_VALUE;
        double highest = -Double.MAX_VALUE;
        for (int i = 1; i <= 50; i++) {
            double t = JSON.readTree(new SimulatedDevice("dev-" + i, i).nextReading())
                    .path("t")
                    .asDouble();
            lowest = Math.min(lowest, t);
            highest = Math.max(highest, t);
        }

        assertThat(highest - lowest).isGreaterThan(5);
    }

    @Test
    void devicesDoNotPostInStep() {
        SimulatedDevice device = new SimulatedDevice("dev-07", 7);

        for (int i = 0; i < 1_000; i++) {
            assertThat(device.nextDelayMs(400)).isBetween(200L, 600L);
        }
    }

    private static List<String> readings(SimulatedDevice device) {
        List<String> readings = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            readings.add(device.nextReading());
        }
        return readings;
    }
}
