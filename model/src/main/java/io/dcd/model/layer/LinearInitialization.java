package io.dcd.model.layer;

import io.dcd.engine.lowering.InitialValues;

/** How the fully connected layers of a dynamic branch begin, which differs between the reference's networks. */
public enum LinearInitialization {
    /** N(0, 0.01), biases 0: the reference's MobileNetV2. */
    NORMAL {
        @Override
        InitialValues weights(int fanIn) {
            return new InitialValues.Normal(0.01);
        }

        @Override
        InitialValues bias(int fanIn) {
            return new InitialValues.Constant(0);
        }
    },
    /** U(±1/√fan_in), biases too: PyTorch's default, which the reference's ResNet leaves in place. */
    UNIFORM {
        @Override
        InitialValues weights(int fanIn) {
            return new InitialValues.Uniform(1 / Math.sqrt(fanIn));
        }

        @Override
        InitialValues bias(int fanIn) {
            return weights(fanIn);
        }
    };

    abstract InitialValues weights(int fanIn);

    abstract InitialValues bias(int fanIn);
}
