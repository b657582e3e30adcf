"""Convolutional networks: plain, residual, depthwise separable, branching, and image to image."""

import torch
from torch import nn
from torch.nn import functional as F

from .common import Example, draw_weights, normal


class LeNet(nn.Module):
    """LeNet-5 on 28x28 digits, one pooling of each kind."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, image):
        x = F.max_pool2d(torch.relu(self.conv1(image)), 2)
        x = F.avg_pool2d(torch.tanh(self.conv2(x)), 2)
        x = torch.flatten(x, 1)
        x = torch.relu(self.fc1(x))
        x = torch.relu(self.fc2(x))
        return F.log_softmax(self.fc3(x), dim=1)


def lenet(generator):
    return Example(draw_weights(LeNet(), generator), {"image": normal(generator, (1, 1, 28, 28))})


class BasicBlock(nn.Module):
    """ResNet's block of two 3x3 convolutions; where the shape changes, the skip is a strided 1x1 convolution."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        skip = self.downsample(x) if self.downsample else x
        y = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(y)) + skip)


class ResNet(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 12, 7, 2, 3, bias=False), nn.BatchNorm2d(12), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        )
        self.blocks = nn.Sequential(BasicBlock(12, 12, 1), BasicBlock(12, 24, 2), BasicBlock(24, 24, 1))
        self.fc = nn.Linear(24, classes)

    def forward(self, image):
        x = self.blocks(self.stem(image))
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))


def resnet(generator):
    module = draw_weights(ResNet(), generator)
    return Example(module, {"image": normal(generator, (1, 3, 32, 32))}, keep_batch_norm=True)


class SqueezeExcite(nn.Module):
    def __init__(self, channels, squeezed):
        super().__init__()
        self.down = nn.Conv2d(channels, squeezed, 1)
        self.up = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x):
        scale = torch.relu(self.down(F.adaptive_avg_pool2d(x, 1)))
        return x * F.hardsigmoid(self.up(scale))


class InvertedResidual(nn.Module):
    """MobileNetV3's block: expand, depthwise, squeeze and excite, project."""

    def __init__(self, inputs, expanded, outputs, kernel, stride, activation, excite):
        super().__init__()
        layers = [nn.Conv2d(inputs, expanded, 1, bias=False), nn.BatchNorm2d(expanded), activation()]
        layers += [
            nn.Conv2d(expanded, expanded, kernel, stride, kernel // 2, groups=expanded, bias=False),
            nn.BatchNorm2d(expanded),
            activation(),
        ]
        if excite:
            layers.append(SqueezeExcite(expanded, 8))
        layers += [nn.Conv2d(expanded, outputs, 1, bias=False), nn.BatchNorm2d(outputs)]
        self.layers = nn.Sequential(*layers)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.layers(x) if self.residual else self.layers(x)


class MobileNet(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.Hardswish())
        self.blocks = nn.Sequential(
            InvertedResidual(8, 16, 8, 3, 1, nn.ReLU6, excite=False),
            InvertedResidual(8, 24, 16, 5, 2, nn.Hardswish, excite=True),
            InvertedResidual(16, 32, 16, 3, 1, nn.Hardswish, excite=True),
        )
        # A grouped convolution that is neither full nor depthwise, and looks further by dilation.
        self.grouped = nn.Sequential(nn.Conv2d(16, 32, 3, 1, 2, dilation=2, groups=4), nn.ReLU6())
        self.head = nn.Linear(32, classes)

    def forward(self, image):
        x = self.grouped(self.blocks(self.stem(image)))
        return self.head(x.mean(dim=(2, 3)))


def mobilenet(generator):
    module = draw_weights(MobileNet(), generator)
    return Example(module, {"image": normal(generator, (1, 3, 24, 32))}, opset=14)


def nearest_upsample(x, factor=2):
    """Every pixel `factor` times in both directions, by views."""
    n, c, h, w = x.shape
    x = x.view(n, c, h, 1, w, 1).expand(n, c, h, factor, w, factor)
    return x.reshape(n, c, h * factor, w * factor)


def pixel_shuffle(x, factor=2):
    """Channels become pixels (sub-pixel convolution)."""
    n, c, h, w = x.shape
    x = x.view(n, c // factor**2, factor, factor, h, w).permute(0, 1, 4, 2, 5, 3)
    return x.reshape(n, c // factor**2, h * factor, w * factor)


class Autoencoder(nn.Module):
    """Strided convolutions down to a code, and back up once by repeated pixels and once by sub-pixel convolution."""

    def __init__(self):
        super().__init__()
        self.down1 = nn.Conv2d(1, 8, 3, 2, 1)
        self.down2 = nn.Conv2d(8, 16, 3, 2, 1)
        self.code = nn.Linear(16 * 5 * 5, 24)
        self.expand = nn.Linear(24, 16 * 5 * 5)
        self.up1 = nn.Conv2d(16, 8, 3, 1, 1)
        self.up2 = nn.Conv2d(8, 4, 3, 1, 1)

    def forward(self, image):
        x = F.leaky_relu(self.down1(image), 0.1)
        x = F.elu(self.down2(x))
        code = torch.tanh(self.code(torch.flatten(x, 1)))
        x = torch.relu(self.expand(code)).view(-1, 16, 5, 5)
        x = torch.relu(self.up1(nearest_upsample(x)))
        return torch.sigmoid(pixel_shuffle(self.up2(x))), code


def autoencoder(generator):
    module = draw_weights(Autoencoder(), generator)
    return Example(module, {"image": torch.rand((2, 1, 20, 20), generator=generator)}, ["image_again", "code"])


class UNet(nn.Module):
    """Two levels down and up; what the way down saw is concatenated on the way up."""

    def __init__(self, channels=8, classes=3):
        super().__init__()

        def double(inputs, outputs):
            return nn.Sequential(
                nn.Conv2d(inputs, outputs, 3, 1, 1), nn.ReLU(), nn.Conv2d(outputs, outputs, 3, 1, 1), nn.ReLU()
            )

        self.down1 = double(3, channels)
        self.down2 = double(channels, 2 * channels)
        self.bottom = double(2 * channels, 2 * channels)
        self.up2 = double(4 * channels, channels)
        self.up1 = double(2 * channels, channels)
        self.head = nn.Conv2d(channels, classes, 1)

    def forward(self, image):
        x1 = self.down1(image)
        x2 = self.down2(F.max_pool2d(x1, 2))
        x = self.bottom(F.max_pool2d(x2, 2))
        x = self.up2(torch.cat([x2, nearest_upsample(x)], dim=1))
        x = self.up1(torch.cat([x1, nearest_upsample(x)], dim=1))
        return torch.softmax(self.head(x), dim=1)


def unet(generator):
    return Example(draw_weights(UNet(), generator), {"image": normal(generator, (1, 3, 16, 24))})


def channel_shuffle(x, groups):
    n, c, h, w = x.shape
    return x.view(n, groups, c // groups, h, w).transpose(1, 2).reshape(n, c, h, w)


class Inception(nn.Module):
    """Branches of different depth and reach side by side, a split, a channel shuffle."""

    def __init__(self, classes=10):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, 1, 1)
        self.stem_activation = nn.PReLU(16)
        self.one = nn.Conv2d(16, 8, 1)
        self.three_reduce = nn.Conv2d(16, 6, 1)
        self.three = nn.Conv2d(6, 12, 3, 1, 1)
        self.wide_reduce = nn.Conv2d(16, 4, 1)
        self.wide_row = nn.Conv2d(4, 8, (1, 5), 1, (0, 2))
        self.wide_column = nn.Conv2d(8, 8, (5, 1), 1, (2, 0))
        self.pool = nn.Conv2d(16, 4, 1)
        self.norm = nn.InstanceNorm2d(32, affine=True)
        self.left = nn.Conv2d(16, 16, 3, 2, 1, groups=2)
        self.right = nn.Conv2d(16, 16, 3, 2, 1, groups=16)
        self.head = nn.Conv2d(32, classes, 1)

    def forward(self, image):
        x = self.stem_activation(self.stem(image))
        wide = self.wide_column(torch.relu(self.wide_row(torch.relu(self.wide_reduce(x)))))
        pooled = self.pool(F.avg_pool2d(x, 3, 1, 1))
        x = torch.cat([self.one(x), self.three(torch.relu(self.three_reduce(x))), wide, pooled], dim=1)
        left, right = torch.relu(self.norm(x)).chunk(2, dim=1)
        x = torch.cat([F.softplus(self.left(left)), self.right(right)], dim=1)
        return self.head(channel_shuffle(x, 2)).amax(dim=(2, 3))


def inception(generator):
    return Example(draw_weights(Inception(), generator), {"image": normal(generator, (1, 3, 18, 18))})
