package io.millrace.server.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Compares the replicas of a partition on the disks of stopped nodes, byte for byte. */
final class EqualReplicas {

    private EqualReplicas() {}

    /** A digest of all records of a partition in a node's data directory, however they are cut into segments. */
    static String digest(Path dataDirectory, String topic, int partition) throws IOException {
        MessageDigest digest = sha256();
        try (Stream<Path> files = Files.list(dataDirectory.resolve(topic + "-" + partition))) {
            for (Path file : files.filter(each -> each.toString().endsWith(".log"))
                    .sorted()
                    .toList()) {
                digest.update(Files.readAllBytes(file));
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The partitions whose replicas differ, with what each node has. */
    static Map<Integer, List<String>> differences(List<Path> dataDirectories, String topic, int partitions)
            throws IOException {
        Map<Integer, List<String>> differences = new TreeMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            int number = partition;
            List<String> digests = new ArrayList<>();
            for (Path directory : dataDirectories) {
                digests.add(digest(directory, topic, number));
            }
            if (digests.stream().distinct().count() > 1) {
                differences.put(number, digests);
            }
        }
        return differences;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
