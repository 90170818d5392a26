/**
 * Who decides what the cluster consists of: Kafka's {@code QuorumController} over the metadata quorum, and this node's dealings with
 * the active one. The only importer of Kafka's controller and images.
 *
 * <p>Start at {@link io.millrace.cluster.controller.ClusterController}, the {@link io.millrace.cluster.metadata.Controller} of a
 * node. A request for a change goes {@code ClusterController} → {@link io.millrace.cluster.controller.ActiveController} (here, or
 * over the node-to-node listener) → {@link io.millrace.cluster.controller.ControllerApis} → the quorum; what was committed comes back
 * to every node through {@link io.millrace.cluster.controller.ImagePublisher}.
 *
 * <p>Threads: Kafka's controller has one of its own ({@code millrace-controller-…}), so has the loading of images ({@code
 * millrace-image-…}), which waits until this node's partitions are those of an image. Everything else never blocks.
 */
package io.millrace.cluster.controller;
