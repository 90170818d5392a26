package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.Controller;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.server.common.Feature;

/** Keeps a protocol closed while the cluster has not got the level of the feature that it needs (KIP-584). */
final class FeatureGate {

    private final Controller controller;
    private final Feature feature;

    FeatureGate(Controller controller, Feature feature) {
        this.controller = controller;
        this.feature = feature;
    }

    /** Throws UNSUPPORTED_VERSION when the feature is at level 0. */
    void requireOpen() {
        short level = controller.image().committed().features().getOrDefault(feature.featureName(), (short) 0);
        if (level < 1) {
            throw Errors.UNSUPPORTED_VERSION.exception("The cluster has not got this protocol: raise "
                    + feature.featureName() + " to 1 (kafka-features upgrade) when all nodes have it.");
        }
    }
}
