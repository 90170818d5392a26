package io.millrace.cluster.simulation;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/** The ways between places: they delay, and so reorder, lose and repeat what is sent, and can be cut in one direction. */
public final class SimLinks {

    private final SimWorld world;
    private final int delayMaxMs;
    private final Set<String> cut = new HashSet<>();
    private double lossProbability;
    private double repeatProbability;

    public SimLinks(SimWorld world, int delayMaxMs) {
        this.world = world;
        this.delayMaxMs = delayMaxMs;
    }

    public void lossProbability(double probability) {
        lossProbability = probability;
    }

    public void repeatProbability(double probability) {
        repeatProbability = probability;
    }

    public void cut(String from, String to) {
        cut.add(name(from, to));
    }

    public void heal() {
        cut.clear();
    }

    /** Sends something that arrives later: once, twice or never. */
    public void send(String from, String to, Runnable arrival) {
        if (random(from, to).nextDouble() < repeatProbability) {
            sendOnce(from, to, arrival);
        }
        sendOnce(from, to, arrival);
    }

    /** Sends something that arrives later, once or never. */
    public void sendOnce(String from, String to, Runnable arrival) {
        Random random = random(from, to);
        int delayMs = 1 + random.nextInt(delayMaxMs);
        boolean lost = random.nextDouble() < lossProbability;
        if (!lost) {
            world.after(delayMs, name(from, to), () -> {
                if (!cut.contains(name(from, to))) {
                    arrival.run();
                }
            });
        }
    }

    private Random random(String from, String to) {
        return world.random(name(from, to));
    }

    private static String name(String from, String to) {
        return from + ">" + to;
    }
}
