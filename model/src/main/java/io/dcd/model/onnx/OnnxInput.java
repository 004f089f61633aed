package io.dcd.model.onnx;

/** What an exported model reads. */
public enum OnnxInput {
    /**
     * {@code images}, float (batch, 3, height, width): RGB on a scale of 0…1, with the mean of ImageNet's channels
     * subtracted and divided by their deviation, as torchvision's transforms make them. What users of ONNX models expect.
     */
    NORMALIZED,
    /** {@code images}, uint8 (batch, height, width, 3): RGB as it comes from a decoder. The model normalises by itself. */
    PIXELS
}
