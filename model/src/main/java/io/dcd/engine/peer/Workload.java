package io.dcd.engine.peer;

import io.dcd.engine.graph.Graph;

/**
 * What a peer and the engine run.
 *
 * @param network the network's name
 * @param graph the network
 * @param parameters its flat vector, running statistics included
 * @param mode what a step is
 * @param batch the number of images of a step
 * @param stemStride the stride of the network's first convolution
 */
public record Workload(String network, Graph graph, float[] parameters, Mode mode, int batch, int stemStride) {
    /** What a step is. */
    public enum Mode {
        /** Forward, loss, backward and update. */
        TRAIN,
        /** Forward alone. */
        INFER
    }
}
