package io.millrace.server.demo;

import java.util.Locale;
import java.util.SplittableRandom;

/**
 * A sensor with a temperature that drifts around a set point, a humidity that follows it and a battery that runs down. Not
 * thread-safe.
 */
final class SimulatedDevice {

    private final String name;
    private final SplittableRandom random;
    private final double setPoint;
    private double temperature;
    private double drift;
    private double battery;

    /** The same name and seed give the same readings. */
    SimulatedDevice(String name, long seed) {
        this.name = name;
        // Unlike Random, neighbouring seeds give unrelated numbers: devices are counted up.
        this.random = new SplittableRandom(seed);
        this.setPoint = 16 + 10 * random.nextDouble();
        this.temperature = setPoint;
        this.battery = 60 + 40 * random.nextDouble();
    }

    String name() {
        return name;
    }

    /** The next reading, {@code {"device":"dev-07","t":21.53,"humidity":47.1,"battery":83.2}}. */
    String nextReading() {
        // The drift itself drifts and is pulled back: the curve is smooth, wanders, and stays in a room's range.
        drift = 0.9 * drift + 0.05 * random.nextGaussian() - 0.004 * (temperature - setPoint);
        temperature += drift;
        double humidity = Math.max(5, Math.min(95, 60 - 1.5 * (temperature - setPoint) - (setPoint - 16)));
        battery = battery < 5 ? 100 : battery - 0.001;
        return String.format(
                Locale.ROOT,
                "{\"device\":\"%s\",\"t\":%.2f,\"humidity\":%.1f,\"battery\":%.1f}",
                name,
                temperature,
                humidity,
                battery);
    }

    /** How long until the next reading: around the mean, so that devices do not march in step. */
    long nextDelayMs(double meanMs) {
        return Math.max(1, Math.round(meanMs * (0.5 + random.nextDouble())));
    }
}
