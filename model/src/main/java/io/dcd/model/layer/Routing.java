package io.dcd.model.layer;

/** How the weights of several kernels follow from the input. */
public enum Routing {
    /** π = softmax(z/τ), z = FC2·ReLU(FC1·s) + b with s the mean over all positions: DY-Conv (Chen et al. 2020). */
    SOFTMAX,
    /** π = sigmoid(FC·s + b): CondConv (Yang et al. 2019). */
    SIGMOID
}
