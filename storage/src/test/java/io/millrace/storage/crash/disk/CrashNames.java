package io.millrace.storage.crash.disk;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The directories: names as the processes see them, names on the disk, and the changes in between. A change is one or two
 * names at once (a rename), and happens or does not happen as a whole.
 *
 * <p>Guarded by the lock of the disk.
 */
final class CrashNames {

    /** A directory; its identity does not depend on its name. */
    static final class Directory {
        final TreeMap<String, Object> entries = new TreeMap<>();

        /** What was in it when the machine started. */
        private final TreeMap<String, Object> atStart = new TreeMap<>();
    }

    private record Name(Directory directory, String name) {}

    /** What names mean afterwards: a {@link CrashFile}, a {@link Directory}, or null for nothing. */
    private static final class Change {
        final Map<Name, Object> names = new HashMap<>();
        boolean forced;
    }

    private final Directory root;
    private final List<Change> unforced = new ArrayList<>();
    private Change interrupted;

    CrashNames() {
        this(new Directory());
    }

    private CrashNames(Directory root) {
        this.root = root;
    }

    /** What a path leads to, or null. */
    Object find(Path path) {
        Object node = root;
        for (Path name : path.toAbsolutePath()) {
            if (!(node instanceof Directory directory)) {
                return null;
            }
            node = directory.entries.get(name.toString());
        }
        return node;
    }

    void set(Path path, Object node, boolean dies) {
        Change change = new Change();
        change.names.put(nameOf(path), node);
        happen(change, dies);
    }

    void rename(Path from, Path to, boolean dies) {
        Change change = new Change();
        change.names.put(nameOf(from), null);
        change.names.put(nameOf(to), find(from));
        happen(change, dies);
    }

    private Name nameOf(Path path) {
        return new Name(
                (Directory) find(path.toAbsolutePath().getParent()),
                path.getFileName().toString());
    }

    private void happen(Change change, boolean dies) {
        if (dies) {
            interrupted = change;
            return;
        }
        unforced.add(change);
        change.names.forEach((name, node) -> put(name.directory.entries, name.name, node));
    }

    void force(Path directory) {
        Object node = find(directory);
        for (Change change : unforced) {
            change.forced |= change.names.keySet().stream().anyMatch(name -> name.directory == node);
        }
    }

    /** The tree as it is found afterwards, with the files in it. */
    CrashNames after(Survival survival) {
        List<Change> changes = new ArrayList<>(unforced);
        if (interrupted != null) {
            changes.add(interrupted);
        }
        List<Change> survivors;
        if (!survival.isPowerCut()) {
            int dying = interrupted == null ? 0 : survival.interruptedAfter(1);
            survivors = changes.subList(0, unforced.size() + dying);
        } else if (survival.namesInOrder()) {
            int least = changes.size();
            while (least > 0 && !changes.get(least - 1).forced) {
                least--;
            }
            survivors = changes.subList(0, survival.namesUpTo(least, changes.size()));
        } else {
            survivors = eachForItself(changes, survival);
        }
        Map<Directory, TreeMap<String, Object>> changed = new IdentityHashMap<>();
        for (Change change : survivors) {
            change.names.forEach((name, node) -> put(
                    changed.computeIfAbsent(name.directory, directory -> new TreeMap<>(directory.atStart)),
                    name.name,
                    node));
        }
        return new CrashNames(copy(root, changed, survival));
    }

    /** On one name, a later change does not survive an earlier one that did not. */
    private static List<Change> eachForItself(List<Change> changes, Survival survival) {
        List<Change> survivors = new ArrayList<>();
        Set<Name> lost = new HashSet<>();
        for (Change change : changes) {
            boolean blocked = change.names.keySet().stream().anyMatch(lost::contains);
            if (change.forced || !blocked && survival.nameSurvives()) {
                survivors.add(change);
            } else {
                lost.addAll(change.names.keySet());
            }
        }
        return survivors;
    }

    private static Directory copy(Directory from, Map<Directory, TreeMap<String, Object>> changed, Survival survival) {
        Directory copy = new Directory();
        changed.getOrDefault(from, from.atStart).forEach((name, node) -> {
            Object found =
                    node instanceof CrashFile file ? file.after(survival) : copy((Directory) node, changed, survival);
            copy.atStart.put(name, found);
        });
        copy.entries.putAll(copy.atStart);
        return copy;
    }

    private static void put(Map<String, Object> entries, String name, Object node) {
        if (node == null) {
            entries.remove(name);
        } else {
            entries.put(name, node);
        }
    }
}
