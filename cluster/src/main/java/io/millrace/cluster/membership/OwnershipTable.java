package io.millrace.cluster.membership;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Who leads which partition, as the active controller published it: a routing cache. Whoever uses it sends the epochs along, so a stale
 * entry costs one redirect. Only the active controller writes.
 *
 * <p>Thread-safe, never blocks.
 */
public final class OwnershipTable {

    /** The name of the map. */
    public static final String MAP = "ownership";

    private static final String NOBODY = "-";

    /** What was committed for a partition. */
    public record Ownership(
            UUID topicId, int partition, int leader, int leaderEpoch, int partitionEpoch, List<Integer> isr) {

        public Ownership {
            isr = List.copyOf(isr);
        }
    }

    private final SharedMap map;
    private final Map<String, Ownership> newest = new ConcurrentHashMap<>();

    public OwnershipTable(SharedMap map) {
        this.map = map;
        map.listen(this::onChange);
        map.entries().forEach(this::onChange);
    }

    /** The newest that was seen. */
    public Optional<Ownership> find(UUID topicId, int partition) {
        return Optional.ofNullable(newest.get(key(topicId, partition)));
    }

    /** Writes what differs from what is published. */
    public void publish(Collection<Ownership> changed) {
        for (Ownership ownership : changed) {
            String key = key(ownership.topicId(), ownership.partition());
            String text = text(ownership);
            if (!text.equals(map.entries().get(key))) {
                map.put(key, text);
            }
        }
    }

    /** Makes the table say this and nothing else: for a new controller, and after a split network has healed. */
    public void publishAll(Collection<Ownership> all) {
        Set<String> keys = all.stream()
                .map(each -> key(each.topicId(), each.partition()))
                .collect(Collectors.toCollection(HashSet::new));
        List<String> stale = new ArrayList<>(map.entries().keySet());
        stale.removeAll(keys);
        stale.forEach(map::remove);
        publish(all);
    }

    /** Takes a partition of a deleted topic out. */
    public void remove(UUID topicId, int partition) {
        map.remove(key(topicId, partition));
    }

    private void onChange(String key, String value) {
        if (value == null) {
            newest.remove(key);
            return;
        }
        parse(key, value).ifPresent(seen -> newest.merge(key, seen, (old, now) -> isOlder(now, old) ? old : now));
    }

    /** Epochs never go back, so what has a lower one was written by somebody who was behind. */
    private static boolean isOlder(Ownership a, Ownership b) {
        return a.leaderEpoch() < b.leaderEpoch()
                || a.leaderEpoch() == b.leaderEpoch() && a.partitionEpoch() < b.partitionEpoch();
    }

    private static String key(UUID topicId, int partition) {
        return topicId + ":" + partition;
    }

    private static String text(Ownership ownership) {
        String isr = ownership.isr().stream().map(String::valueOf).collect(Collectors.joining(","));
        return ownership.leader() + " " + ownership.leaderEpoch() + " " + ownership.partitionEpoch() + " "
                + (isr.isEmpty() ? NOBODY : isr);
    }

    /** Empty for what this version does not understand. */
    private static Optional<Ownership> parse(String key, String value) {
        try {
            int colon = key.lastIndexOf(':');
            String[] words = value.split(" ");
            List<Integer> isr = words[3].equals(NOBODY)
                    ? List.of()
                    : Arrays.stream(words[3].split(",")).map(Integer::valueOf).toList();
            return Optional.of(new Ownership(
                    UUID.fromString(key.substring(0, colon)),
                    Integer.parseInt(key.substring(colon + 1)),
                    Integer.parseInt(words[0]),
                    Integer.parseInt(words[1]),
                    Integer.parseInt(words[2]),
                    isr));
        } catch (IllegalArgumentException | IndexOutOfBoundsException unknown) {
            return Optional.empty();
        }
    }
}
