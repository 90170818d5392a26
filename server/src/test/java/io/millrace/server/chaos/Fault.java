package io.millrace.server.chaos;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.common.Uuid;

/** What is done to a running cluster under load, and undone again. */
enum Fault {
    /** {@code kill -9} of the node that leads most partitions; it is started again a little later. */
    KILL_LEADER {
        @Override
        void strike(ClusterProcesses cluster, ClusterView view, Random random) throws Exception {
            killAndRestart(cluster, view.leaderHeaviest());
        }
    },

    /** {@code kill -9} of the active controller. */
    KILL_CONTROLLER {
        @Override
        void strike(ClusterProcesses cluster, ClusterView view, Random random) throws Exception {
            killAndRestart(cluster, view.controller());
        }
    },

    /** A node stands still for 15 s, as in a long pause of its machine, and goes on as if nothing had been. */
    PAUSE {
        @Override
        void strike(ClusterProcesses cluster, ClusterView view, Random random) throws Exception {
            int node = view.leaderHeaviest();
            cluster.pause(node);
            Pause.of(Duration.ofSeconds(15));
            cluster.resume(node);
        }
    },

    /** {@code kill -9} of all nodes at once. */
    KILL_ALL {
        @Override
        void strike(ClusterProcesses cluster, ClusterView view, Random random) throws Exception {
            for (int node : cluster.runningNodes()) {
                cluster.kill(node);
            }
            cluster.startAll();
        }
    },

    /** {@code kill -9} of a majority; it comes back. */
    KILL_TWO {
        @Override
        void strike(ClusterProcesses cluster, ClusterView view, Random random) throws Exception {
            List<Integer> nodes = cluster.runningNodes();
            int spared = random.nextInt(nodes.size());
            for (int node : nodes) {
                if (node != nodes.get(spared)) {
                    cluster.kill(node);
                }
            }
            cluster.startAll();
        }
    },

    /** A node dies and comes back with an empty disk. */
    WIPE {
        @Override
        void strike(ClusterProcesses cluster, ClusterView view, Random random) throws Exception {
            int node = view.leaderHeaviest();
            cluster.kill(node);
            cluster.wipe(node);
            cluster.start(node);
        }
    },

    /** The disks of all nodes are replaced, one after the other; afterwards each node can lead. */
    WIPE_EACH {
        @Override
        void strike(ClusterProcesses cluster, ClusterView view, Random random) throws Exception {
            for (int node : cluster.runningNodes()) {
                Set<Uuid> voters = view.voterDirectories();
                cluster.kill(node);
                cluster.wipe(node);
                cluster.start(node);
                view.awaitAllInSync();
                // With the next disk a majority would be gone otherwise.
                view.awaitVoterReplaced(voters);
            }
            view.awaitPreferredLeaders();
        }
    },

    /** One node after the other is stopped in order and started again. */
    ROLLING_RESTART {
        @Override
        void strike(ClusterProcesses cluster, ClusterView view, Random random) throws Exception {
            for (int node : cluster.runningNodes()) {
                cluster.stop(node);
                cluster.start(node);
                view.awaitAllInSync();
            }
        }
    };

    private static final Duration DOWN = Duration.ofSeconds(3);

    abstract void strike(ClusterProcesses cluster, ClusterView view, Random random) throws Exception;

    private static void killAndRestart(ClusterProcesses cluster, int node) throws Exception {
        cluster.kill(node);
        Pause.of(DOWN);
        cluster.start(node);
    }
}
