package io.dcd.model.layer;

import java.io.Serializable;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.inputs.InputType;

/**
 * A layer that reads feature maps (N, H, W, C_in) and writes (N, ⌈H/stride⌉, ⌈W/stride⌉, C_out), both NHWC.
 *
 * @param <O> the layer's options
 */
public abstract class ImageLayer<O extends Record & Serializable> extends EngineLayer<O> {
    /** For DL4J's JSON reader. */
    protected ImageLayer() {}

    /** A layer from {@code inputs} to {@code outputs} channels. */
    protected ImageLayer(int inputs, int outputs, O options) {
        super(inputs, outputs, options);
    }

    /** The stride, the same in both directions. */
    protected abstract int stride();

    @Override
    public InputType getOutputType(int index, InputType inputType) {
        InputType.InputTypeConvolutional images = images(inputType);
        return InputType.convolutional(
                (images.getHeight() + stride() - 1) / stride(),
                (images.getWidth() + stride() - 1) / stride(),
                getNOut(),
                CNN2DFormat.NHWC);
    }

    @Override
    public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
        images(inputType);
        return null;
    }

    private InputType.InputTypeConvolutional images(InputType inputType) {
        if (inputType instanceof InputType.InputTypeConvolutional images && images.getFormat() == CNN2DFormat.NHWC) {
            return images;
        }
        throw new IllegalArgumentException(
                "layer %s reads images in NHWC, got %s".formatted(getLayerName(), inputType));
    }
}
