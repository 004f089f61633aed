package io.dcd.model.network;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;

/** A network that can be built for any image size and number of classes. */
public interface NetworkDefinition {
    /** The name by which {@link Networks#named} finds it. */
    String name();

    /**
     * The network as a DL4J graph of NHWC layers that ends in softmax cross-entropy. {@link
     * io.dcd.engine.lowering.Lowering} turns it into an engine graph and {@link
     * io.dcd.engine.lowering.InitialParameters} draws its initial parameters.
     */
    ComputationGraphConfiguration configuration(NetworkOptions options);
}
