package io.millrace.storage.directory;

import io.millrace.storage.TopicPartition;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of partition directories: {@code <topic>-<partition>} for a live one, {@code <topic>-<partition>.<topicId>.new}
 * while it is being made, {@code ….deleted} once it is deleted. The topic in the longer names is cut so that they stay legal
 * file names; they are never parsed back.
 */
public final class PartitionDirectory {

    private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");
    private static final Pattern LIVE = Pattern.compile("([a-zA-Z0-9._-]{1,249})-(0|[1-9][0-9]{0,9})");
    private static final Pattern LEFTOVER = Pattern.compile(".+\\.[0-9a-f-]{36}\\.(new|deleted)");

    /** Of every file system in use. */
    private static final int FILE_NAME_MAX = 255;

    private static final int NAME_MAX = 200;

    private PartitionDirectory() {}

    /** Topic and partition, as a live directory's name says. */
    public record Name(String topic, int partition) {

        /** The name of a live partition's directory, or null. */
        public static Name parse(String directoryName) {
            Matcher matcher = LIVE.matcher(directoryName);
            if (!matcher.matches() || isDots(matcher.group(1))) {
                return null;
            }
            long partition = Long.parseLong(matcher.group(2));
            return partition > Integer.MAX_VALUE ? null : new Name(matcher.group(1), (int) partition);
        }
    }

    /** Where a live partition lies. Refuses topic names that could lead out of the data directory. */
    public static Path live(Path dataDirectory, TopicPartition partition) {
        if (!TOPIC.matcher(partition.topic()).matches() || isDots(partition.topic())) {
            throw new IllegalArgumentException("not a topic name: " + partition.topic());
        }
        if (partition.toString().length() > FILE_NAME_MAX) {
            throw new IllegalArgumentException(
                    "topic name and partition number are too long together for a directory name: " + partition);
        }
        return dataDirectory.resolve(partition.toString());
    }

    static Path beingMade(Path dataDirectory, TopicPartition partition) {
        return dataDirectory.resolve(withId(partition) + ".new");
    }

    /** @param again tells several of one partition apart */
    static Path deleted(Path dataDirectory, TopicPartition partition, int again) {
        String prefix = again == 0 ? "" : again + ".";
        return dataDirectory.resolve(prefix + withId(partition) + ".deleted");
    }

    /** Whether a directory is of no use any more and may be removed. */
    static boolean isLeftover(String directoryName) {
        return LEFTOVER.matcher(directoryName).matches();
    }

    private static String withId(TopicPartition partition) {
        String name = partition.toString();
        String cut = name.length() > NAME_MAX ? name.substring(0, NAME_MAX - 12) + "-" + partition.partition() : name;
        return cut + "." + partition.topicId();
    }

    private static boolean isDots(String topic) {
        return topic.equals(".") || topic.equals("..");
    }
}
