package io.dcd.worker;

import io.dcd.engine.graph.Graph;
import io.dcd.engine.lowering.InitialParameters;
import io.dcd.engine.lowering.Lowering;
import io.dcd.engine.operation.ImageNormalization;
import io.dcd.model.network.NetworkOptions;
import io.dcd.model.network.Networks;
import io.dcd.settings.NetworkSettings;
import io.dcd.settings.SettingsException;
import java.io.Serializable;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;

/**
 * Which network a job runs, for what images: small enough to travel with a task, which builds the network itself.
 *
 * @param name its name in the registry
 * @param imageSize side of the square input in pixels
 * @param classes the number of classes
 * @param stemStride stride of the first convolution
 * @param dropout rate before the classifier, in training
 */
public record NetworkSpec(String name, int imageSize, int classes, int stemStride, double dropout)
        implements Serializable {
    /** The network of a job's settings. */
    public static NetworkSpec of(NetworkSettings settings, int imageSize, int classes) {
        return new NetworkSpec(settings.name(), imageSize, classes, settings.stemStride(), settings.dropout());
    }

    /**
     * The network as a DL4J graph.
     *
     * @throws SettingsException if there is no such network
     */
    public ComputationGraphConfiguration configuration() {
        try {
            NetworkOptions options = new NetworkOptions(imageSize, classes, stemStride, dropout);
            return Networks.named(name).configuration(options);
        } catch (IllegalArgumentException e) {
            throw new SettingsException("network.name: " + e.getMessage(), e);
        }
    }

    /** The network as the engine runs it: 8-bit RGB images in, logits out. */
    public Graph graph() {
        return Lowering.ofImages(
                configuration(),
                imageSize,
                imageSize,
                ImageNormalization.IMAGENET_MEAN,
                ImageNormalization.IMAGENET_DEVIATION);
    }

    /** The flat parameter vector that training begins with. */
    public float[] initialParameters(long seed) {
        return InitialParameters.draw(configuration(), seed);
    }
}
